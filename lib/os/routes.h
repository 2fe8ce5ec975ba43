// SPDX-License-Identifier: MIT
#pragma once

// How the kernel would reach a peer: from which address of ours, and with what path MTU. Answers
// are remembered for a short while: asking takes a socket each time.

#include <string>
#include <unordered_map>

#include "core/time.h"

namespace trunkline::os {

struct Route {
  std::string source;  ///< "" where there is no route; IPv6 without brackets
  unsigned mtu = 0;    ///< bytes, as far as the kernel knows; 0 = unknown
};

/// Sends nothing: connecting a UDP socket only asks the routing table.
Route route_to(const std::string& peer_host);

class Routes {
 public:
  /// Of half a minute ago at the most; that there is none is never remembered.
  Route towards(const std::string& peer_host, core::SteadyTime now);

 private:
  std::unordered_map<std::string, Route> known_;
  core::SteadyTime known_since_{};
};

}  // namespace trunkline::os
