// SPDX-License-Identifier: MIT
#pragma once

// Whether the exchange has more to do than it can: by how late its loop is, how full the receive
// buffers of its sockets are, and how many transactions live. New work is shed before anything is
// kept of it; calls that run and emergency calls are not. A loop's timers alone cannot tell: Sofia
// reads one datagram a turn, so under load the queue grows in the kernel while timers stay
// punctual.

#include <cstdint>
#include <optional>

#include "core/time.h"
#include "guard/rule.h"
#include "guard/settings.h"

namespace trunkline::guard {

struct Load {
  core::Milliseconds lag{0};
  std::uint32_t backlog_percent = 0;  ///< of the fullest receive buffer
  std::uint32_t transactions = 0;
};

enum class Work : std::uint8_t {
  call,          ///< shed first
  registration,  ///< at twice the measure: a phone that loses its registration loses all calls
};

class Overload {
 public:
  /// What was measured now. Once over a limit it stays overloaded until the measure is below half.
  /// Of lag the lesser of two measures in a row counts: late once is a machine that stood still.
  void measured(const Load& load, const Settings& settings);
  std::optional<Refusal> refusal(Work work) const;
  const Load& load() const noexcept { return load_; }

 private:
  enum class Pressure : std::uint8_t { none, high, extreme };
  static Pressure pressure(std::uint64_t measure, std::uint64_t limit, Pressure before);

  Load load_;
  core::Milliseconds lag_before_{0};
  Pressure lag_ = Pressure::none;
  Pressure backlog_ = Pressure::none;
  Pressure transactions_ = Pressure::none;
};

}  // namespace trunkline::guard
