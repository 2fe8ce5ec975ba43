// SPDX-License-Identifier: MIT
#pragma once

// Two clocks: the wall clock for records (UTC, microseconds) and the steady clock for durations and
// timers. Logic takes them as parameters; only a Clock reads them.

#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::core {

using Microseconds = std::chrono::microseconds;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// A moment for records, UTC.
using Time = std::chrono::time_point<std::chrono::system_clock, Microseconds>;
/// A moment for durations; a step of the wall clock does not move it.
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

/// The machine's own clocks.
const Clock& system_clock();

/// RFC 3339, UTC, microseconds: "2026-11-21T08:00:00.000000Z".
std::string to_rfc3339(Time time);
/// Accepts "Z" or an offset, and any number of fractional digits (cut at microseconds).
Result<Time> parse_rfc3339(std::string_view text);

std::int64_t to_microseconds(Time time);
Time from_microseconds(std::int64_t since_epoch);

/// "250ms", "30s", "5m", "2h", "7d"; a bare number is a fault.
Result<Milliseconds> parse_duration(std::string_view text);
/// The shortest exact form that parse_duration reads back.
std::string to_text(Milliseconds duration);
/// For people: "0:07", "12:34", "1:02:03".
std::string to_clock_text(Seconds duration);

}  // namespace trunkline::core
