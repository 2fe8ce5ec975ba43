// SPDX-License-Identifier: MIT
#include "usage/daily.h"

#include <ctime>

namespace trunkline::usage {
namespace {

/// A clock that was put right by less than that is no wrong clock.
constexpr core::Seconds kTolerance{300};

}  // namespace

core::Seconds local_zone(core::Time at) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<core::Seconds>(at));
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return core::Seconds(0);
  return core::Seconds(local.tm_gmtoff);
}

bool is_due_daily(core::Time now, const std::optional<core::Time>& last, core::Seconds hour,
                  const Zone& zone) {
  // Days that begin at that hour of the place's clock.
  const auto day_of = [&](core::Time at) {
    return std::chrono::floor<std::chrono::days>(at + zone(at) - hour);
  };
  if (!last || *last > now + kTolerance) return true;
  return day_of(now) > day_of(*last);
}

}  // namespace trunkline::usage
