// SPDX-License-Identifier: MIT
#include "usage/daily.h"

namespace trunkline::usage {
namespace {

/// A clock that was put right by less than that is no wrong clock.
constexpr core::Seconds kTolerance{300};

}  // namespace

bool is_due_daily(core::Time now, const std::optional<core::Time>& last, core::Seconds hour,
                  const retention::Zone& zone) {
  // Days that begin at that hour of the place's clock.
  const auto day_of = [&](core::Time at) {
    return std::chrono::floor<std::chrono::days>(at + zone(at) - hour);
  };
  if (!last || *last > now + kTolerance) return true;
  return day_of(now) > day_of(*last);
}

}  // namespace trunkline::usage
