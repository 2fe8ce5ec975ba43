// SPDX-License-Identifier: MIT
#pragma once

// The address of ours that the kernel would use towards a peer: what Via and Contact say where a
// socket listens on 0.0.0.0 and nothing is advertised. Answers are remembered for a short while.

#include <string>
#include <unordered_map>

#include "core/time.h"

namespace trunkline::sip {

/// "" where there is no route. Sends nothing: connecting a UDP socket only asks the routing table.
std::string route_source(const std::string& peer_host);

class LocalAddresses {
 public:
  const std::string& towards(const std::string& peer_host, core::SteadyTime now);

 private:
  std::unordered_map<std::string, std::string> known_;
  core::SteadyTime known_since_{};
};

}  // namespace trunkline::sip
