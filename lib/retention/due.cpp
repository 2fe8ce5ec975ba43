// SPDX-License-Identifier: MIT
#include "retention/due.h"

#include <ctime>

namespace trunkline::retention {
namespace {

constexpr core::Seconds kMinute{60};
// A clock that was put right by less than that is no wrong clock.
constexpr core::Seconds kTolerance = std::chrono::minutes(5);

}  // namespace

core::Seconds local_zone(core::Time at) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<core::Seconds>(at));
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return core::Seconds(0);
  return core::Seconds(local.tm_gmtoff);
}

std::chrono::sys_days day_of(core::Time at, const Zone& zone, core::Seconds hour) {
  return std::chrono::floor<std::chrono::days>(at + zone(at) - hour);
}

bool is_due(core::Time now, const std::optional<core::Time>& last, const Zone& zone,
            core::Seconds hour) {
  if (!last || *last > now + kTolerance) return true;
  return day_of(now, zone, hour) > day_of(*last, zone, hour);
}

core::Time next_due(core::Time now, const Zone& zone) {
  core::Time at = std::chrono::floor<core::Seconds>(now);
  at -= at.time_since_epoch() % kMinute;
  const auto today = day_of(now, zone, kTwoOclock);
  do at += kMinute;
  while (day_of(at, zone, kTwoOclock) == today);
  return at;
}

}  // namespace trunkline::retention
