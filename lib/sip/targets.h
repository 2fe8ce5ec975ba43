// SPDX-License-Identifier: MIT
#pragma once

// How many requests are in flight to each target, and which targets are dead. Sofia's list of
// retransmissions is sorted, so thousands of requests to a host that swallows them would slow all
// others down: a target that does not answer is not asked for a while. Pure: time is an argument.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.h"

namespace trunkline::sip {

struct TargetLimits {
  std::size_t max_in_flight = 500;
  unsigned dead_after_timeouts = 3;
  core::Milliseconds dead_for{30'000};
};

class Targets {
 public:
  explicit Targets(TargetLimits limits) : limits_(limits) {}

  /// Whether a request may go there now; if so it counts until finished().
  bool start(const std::string& target, core::SteadyTime now);
  void finished(const std::string& target, bool has_timed_out, core::SteadyTime now);
  /// Whether it is of use to tell who is heard from.
  bool has_suspects() const noexcept { return suspects_ > 0; }
  /// It sent something: it lives.
  void heard_from(std::string_view target);

  std::size_t dead(core::SteadyTime now) const;
  std::size_t size() const { return targets_.size(); }

 private:
  struct Target {
    std::size_t in_flight = 0;
    unsigned timeouts = 0;  ///< in a row
    core::SteadyTime dead_until{};
  };
  TargetLimits limits_;
  std::unordered_map<std::string, Target> targets_;
  std::size_t suspects_ = 0;  ///< targets with timeouts: most of the time none
};

}  // namespace trunkline::sip
