// SPDX-License-Identifier: MIT
#pragma once

// How the kernel would reach a peer: from which address of ours, and with what path MTU. Answers
// are remembered for a short while.

#include <string>
#include <unordered_map>

#include "core/time.h"

namespace trunkline::sip {

struct Route {
  std::string source;  ///< "" where there is no route; IPv6 without brackets
  unsigned mtu = 0;    ///< bytes, as far as the kernel knows; 0 = unknown
};

/// Sends nothing: connecting a UDP socket only asks the routing table.
Route route_to(const std::string& peer_host);

class LocalAddresses {
 public:
  const Route& towards(const std::string& peer_host, core::SteadyTime now);

 private:
  std::unordered_map<std::string, Route> known_;
  core::SteadyTime known_since_{};
};

}  // namespace trunkline::sip
