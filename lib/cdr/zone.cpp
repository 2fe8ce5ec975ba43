// SPDX-License-Identifier: MIT
#include "cdr/zone.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "core/text.h"
#include "os/atomic_file.h"

namespace trunkline::cdr {
namespace {

constexpr core::ByteCount kLargestZone{100'000};

bool is_zone_name(std::string_view name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  });
  return !name.empty() && is_plain && name.front() != '/' && name.back() != '/';
}

bool is_known(std::string_view name) {
  const char* const folder = std::getenv("TZDIR");
  const std::filesystem::path zones = folder == nullptr ? "/usr/share/zoneinfo" : folder;
  const auto content = os::read_text_file(zones / name, kLargestZone);
  return content && content->starts_with("TZif");  // RFC 8536 3.1
}

}  // namespace

core::Result<void> use_zone(std::string_view name) {
  if (name != "UTC" && (!is_zone_name(name) || !is_known(name)))
    return core::fault(core::ExitCode::usage,
                       fmt::format("cannot find the time zone '{}'", core::printable(name)),
                       "give one as in Europe/Berlin: timedatectl list-timezones");
  ::setenv("TZ", fmt::format("{}", name).c_str(), 1);
  ::tzset();
  return {};
}

std::string to_local_rfc3339(core::Time time) {
  const auto whole = std::chrono::floor<core::Seconds>(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return core::to_rfc3339(time);
  const long minutes = local.tm_gmtoff / 60;
  const long distance = minutes < 0 ? -minutes : minutes;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}{}{:02}:{:02}", local, (time - whole).count(),
                     minutes < 0 ? '-' : '+', distance / 60, distance % 60);
}

}  // namespace trunkline::cdr
