// SPDX-License-Identifier: MIT
#include "usage/forecast.h"

#include <algorithm>
#include <cmath>

namespace trunkline::usage {
namespace {

constexpr std::size_t kFewestDays = 3;
constexpr int kFarAway = 3650;

}  // namespace

int percent_of(std::uint64_t used, const Quota& quota) {
  if (quota.bytes == 0) return 0;
  return static_cast<int>(
      std::floor(100.0 * static_cast<double>(used) / static_cast<double>(quota.bytes)));
}

alert::Level level_of(std::uint64_t used, const Quota& quota) {
  const int percent = percent_of(used, quota);
  if (percent >= quota.emergency_percent) return alert::Level::emergency;
  if (percent >= quota.critical_percent) return alert::Level::critical;
  if (percent >= quota.warning_percent) return alert::Level::warning;
  return alert::Level::normal;
}

std::optional<double> growth_per_day(const std::vector<Point>& points) {
  if (points.size() < kFewestDays) return std::nullopt;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = i + 1; j < points.size(); ++j)
      if (points[j].day != points[i].day)
        slopes.push_back(static_cast<double>(points[j].bytes - points[i].bytes) /
                         static_cast<double>(points[j].day - points[i].day));
  if (slopes.empty()) return std::nullopt;
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  if (slopes.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(slopes.begin(), middle)) / 2;
}

std::optional<int> days_until_full(std::uint64_t used, std::uint64_t quota,
                                   const std::optional<double>& growth) {
  if (used >= quota) return 0;
  if (!growth || *growth <= 0) return std::nullopt;
  const double days = std::floor(static_cast<double>(quota - used) / *growth);
  return days < kFarAway ? static_cast<int>(days) : kFarAway;
}

WhatIf::WhatIf(const retention::Rules& rules, core::Time now) : now_is_(rules), now_(now) {
  const auto half = [](retention::Days keep) { return retention::Days(keep.count() / 2); };
  for (const retention::Policy& policy : rules.policies) {
    if (policy.kind != retention::Kind::recording || policy.is_increase_only) continue;
    if (!policy.keep || policy.keep->count() < 2) continue;
    add(rules,
        {.policy = policy.name,
         .tenant = policy.tenant,
         .from = *policy.keep,
         .to = half(*policy.keep)},
        &policy.id);
  }
  if (rules.fallback.count() >= 2)
    add(rules,
        {.policy = "retention.default_days", .from = rules.fallback, .to = half(rules.fallback)},
        nullptr);
}

void WhatIf::add(const retention::Rules& rules, Change change, const core::Uuid* policy) {
  retention::Rules changed = rules;
  if (policy == nullptr) changed.fallback = change.to;
  for (retention::Policy& each : changed.policies)
    if (policy != nullptr && each.id == *policy) each.keep = change.to;
  candidates_.push_back(
      {std::move(change), std::make_unique<retention::Planner>(std::move(changed))});
}

void WhatIf::take(const retention::Item& item) {
  if (now_is_.decide(item, now_).is_due()) return;
  for (Candidate& candidate : candidates_) {
    if (!candidate.planner->decide(item, now_).is_due()) continue;
    ++candidate.change.recordings;
    candidate.change.bytes += static_cast<std::uint64_t>(std::max<std::int64_t>(item.bytes, 0));
  }
}

std::vector<Change> WhatIf::changes() const {
  std::vector<Change> all;
  for (const Candidate& candidate : candidates_)
    if (candidate.change.bytes > 0) all.push_back(candidate.change);
  std::stable_sort(all.begin(), all.end(), [](const Change& left, const Change& right) {
    return left.bytes > right.bytes;
  });
  return all;
}

}  // namespace trunkline::usage
