// SPDX-License-Identifier: MIT
#pragma once

// Times and durations as call records write them. Times without a distance from UTC are local times
// of the zone of this process (cdr::use_zone). In the hour that happens twice in autumn the first
// one is taken; a source that also writes durations ends its calls by them, so that nothing ends
// before it starts.

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::foreign {

/// "2026-11-21 08:00:03", with a T, a fraction, "Z" or "+01:00"; "Fri, 21 Nov 2026 08:00:03 +0000"
/// (RFC 5322); seconds, milliseconds or microseconds since 1970, with or without a fraction. Years
/// are 1970 to 2199. A fault (data) otherwise.
[[nodiscard]] core::Result<core::Time> parse_moment(std::string_view text);
/// By a form of strptime(3), whole: "%d.%m.%Y %H:%M:%S". Local time unless it has %z.
[[nodiscard]] core::Result<core::Time> parse_moment(std::string_view text, const std::string& form);

/// "83", "83.5", "1:23", "0:01:23", "83s": what carriers and exchanges call a duration, in seconds
/// where there is no colon. A fault (data) otherwise, and for more than a year.
[[nodiscard]] core::Result<core::Milliseconds> parse_length(std::string_view text);

}  // namespace trunkline::foreign
