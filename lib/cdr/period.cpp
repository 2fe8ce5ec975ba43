// SPDX-License-Identifier: MIT
#include "cdr/period.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <optional>
#include <string>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

core::Time from_local(std::tm parts) {
  parts.tm_isdst = -1;  // let the zone's rules say
  return core::from_microseconds(static_cast<std::int64_t>(std::mktime(&parts)) * 1'000'000);
}

/// Midnight of the day `days` before the one of `now`.
core::Time midnight(core::Time now, int days) {
  const std::time_t seconds = static_cast<std::time_t>(core::to_microseconds(now) / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  parts.tm_mday -= days;
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  return from_local(parts);
}

std::optional<core::Time> parse_local(const std::string& text) {
  for (const char* form :
       {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return from_local(parts);
  }
  return std::nullopt;
}

}  // namespace

core::Result<core::Time> parse_when(std::string_view text, core::Time now) {
  if (text == "now") return now;
  if (text == "today") return midnight(now, 0);
  if (text == "yesterday") return midnight(now, 1);
  if (const auto ago = core::parse_duration(text)) return now - *ago;
  if (const auto exact = core::parse_rfc3339(text)) return *exact;
  if (const auto local = parse_local(std::string(text))) return *local;
  return core::fault(core::ExitCode::usage,
                     fmt::format("cannot read time '{}'", core::printable(text)),
                     "try: today, yesterday, 2h, 2026-11-21, \"2026-11-21 08:00\"");
}

}  // namespace trunkline::cdr
