// SPDX-License-Identifier: MIT
#include "foreign/reconcile.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace trunkline::foreign {
namespace {

using core::Milliseconds;

// Beyond the tolerance two calls of the same numbers and length are still taken for one whose time
// is told differently.
constexpr Milliseconds kWide = std::chrono::minutes(10);
// A wrong time zone, with a day's worth of hours.
constexpr Milliseconds kLargestOffset = std::chrono::hours(26);
constexpr std::size_t kLeastSamples = 5;
// Numbers that were called more often say little about the clock.
constexpr std::size_t kMostOfSample = 3;
constexpr Milliseconds kOffsetWindow{2'000};

/// The calls of one pair of numbers, by time.
struct Group {
  std::vector<std::size_t> ours;
  std::vector<std::size_t> theirs;
};
using Groups = std::unordered_map<std::string_view, Group>;

void sort_by_time(std::vector<std::size_t>& indices, const std::vector<BilledCall>& calls) {
  // By index where times are equal: the line that comes first is first.
  std::sort(indices.begin(), indices.end(), [&](std::size_t left, std::size_t right) {
    return std::pair(calls[left].at, left) < std::pair(calls[right].at, right);
  });
}

Groups grouped(const std::vector<BilledCall>& ours, const std::vector<BilledCall>& theirs) {
  Groups groups;
  groups.reserve(std::max(ours.size(), theirs.size()));
  for (std::size_t i = 0; i < ours.size(); ++i) groups[ours[i].numbers].ours.push_back(i);
  for (std::size_t i = 0; i < theirs.size(); ++i) groups[theirs[i].numbers].theirs.push_back(i);
  for (auto& [numbers, group] : groups) {
    sort_by_time(group.ours, ours);
    sort_by_time(group.theirs, theirs);
  }
  return groups;
}

Milliseconds between(core::Time later, core::Time earlier) {
  return std::chrono::duration_cast<Milliseconds>(later - earlier);
}
Milliseconds distance(Milliseconds left, Milliseconds right) {
  return left < right ? right - left : left - right;
}

/// The middle of the densest window of differences, where more than half of them are.
Milliseconds offset_in(std::vector<Milliseconds> differences) {
  if (differences.size() < kLeastSamples) return Milliseconds(0);
  std::sort(differences.begin(), differences.end());
  std::size_t best_begin = 0;
  std::size_t best_size = 0;
  for (std::size_t begin = 0, end = 0; begin < differences.size(); ++begin) {
    while (end < differences.size() && differences[end] - differences[begin] <= kOffsetWindow)
      ++end;
    if (end - begin <= best_size) continue;
    best_begin = begin;
    best_size = end - begin;
  }
  if (best_size * 2 <= differences.size()) return Milliseconds(0);
  return differences[best_begin + best_size / 2];
}

Milliseconds clock_offset(const Groups& groups, const std::vector<BilledCall>& ours,
                          const std::vector<BilledCall>& theirs) {
  std::vector<Milliseconds> differences;
  for (const auto& [numbers, group] : groups) {
    if (group.ours.size() != group.theirs.size() || group.ours.size() > kMostOfSample) continue;
    for (std::size_t i = 0; i < group.ours.size(); ++i) {
      const Milliseconds difference = between(theirs[group.theirs[i]].at, ours[group.ours[i]].at);
      if (distance(difference, Milliseconds(0)) <= kLargestOffset)
        differences.push_back(difference);
    }
  }
  return offset_in(std::move(differences));
}

class Matcher {
 public:
  Matcher(const std::vector<BilledCall>& ours, const std::vector<BilledCall>& theirs,
          const Tolerance& tolerance)
      : ours_(ours), theirs_(theirs), tolerance_(tolerance) {}

  Reconciled run() {
    Groups groups = grouped(ours_, theirs_);
    if (tolerance_.finds_offset) result_.offset = clock_offset(groups, ours_, theirs_);
    for (auto& [numbers, group] : groups) match(group);
    // The order of a hash is nobody's.
    std::sort(result_.pairs.begin(), result_.pairs.end(),
              [](const Pair& left, const Pair& right) { return left.theirs < right.theirs; });
    std::sort(result_.only_ours.begin(), result_.only_ours.end());
    std::sort(
        result_.only_theirs.begin(), result_.only_theirs.end(),
        [](const OnlyTheirs& left, const OnlyTheirs& right) { return left.theirs < right.theirs; });
    return std::move(result_);
  }

 private:
  void match(Group& group) {
    const std::size_t before = result_.pairs.size();
    pair_within(group, tolerance_.time, false);
    pair_within(group, kWide, true);
    const std::vector<Pair> found(result_.pairs.begin() + static_cast<std::ptrdiff_t>(before),
                                  result_.pairs.end());
    result_.only_ours.insert(result_.only_ours.end(), group.ours.begin(), group.ours.end());
    for (const std::size_t theirs : group.theirs)
      result_.only_theirs.push_back({theirs, original_of(theirs, found)});
  }

  /// Takes calls within the time together, in their order, and leaves the others. With
  /// `is_wide` only those whose lengths agree.
  void pair_within(Group& group, Milliseconds time, bool is_wide) {
    std::vector<std::size_t> left_ours;
    std::vector<std::size_t> left_theirs;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < group.ours.size() && j < group.theirs.size()) {
      const std::size_t mine = group.ours[i];
      const std::size_t other = group.theirs[j];
      const Milliseconds apart = between(theirs_[other].at, ours_[mine].at) - result_.offset;
      const bool is_near = distance(apart, Milliseconds(0)) <= time;
      if (is_near && (!is_wide || is_same_length(mine, other))) {
        result_.pairs.push_back(
            {mine, other, is_wide ? Difference::time : difference_of(mine, other)});
        ++i;
        ++j;
      } else if (apart > Milliseconds(0)) {
        left_ours.push_back(group.ours[i++]);
      } else {
        left_theirs.push_back(group.theirs[j++]);
      }
    }
    left_ours.insert(left_ours.end(), group.ours.begin() + static_cast<std::ptrdiff_t>(i),
                     group.ours.end());
    left_theirs.insert(left_theirs.end(), group.theirs.begin() + static_cast<std::ptrdiff_t>(j),
                       group.theirs.end());
    group.ours = std::move(left_ours);
    group.theirs = std::move(left_theirs);
  }

  bool is_same_length(std::size_t mine, std::size_t other) const {
    return distance(ours_[mine].length, theirs_[other].length) <= tolerance_.length;
  }

  Difference difference_of(std::size_t mine, std::size_t other) const {
    if (!is_same_length(mine, other)) return Difference::length;
    const std::optional<Money>& cost = ours_[mine].money;
    const std::optional<Money>& price = theirs_[other].money;
    if (!cost || !price) return Difference::none;
    const std::int64_t apart = cost->value() - price->value();
    const std::int64_t size = apart < 0 ? -apart : apart;
    return size > tolerance_.money.value() ? Difference::money : Difference::none;
  }

  /// The line that has the call already.
  std::optional<std::size_t> original_of(std::size_t line, const std::vector<Pair>& found) const {
    const auto original = std::find_if(found.begin(), found.end(), [&](const Pair& pair) {
      const BilledCall& first = theirs_[pair.theirs];
      return distance(between(first.at, theirs_[line].at), Milliseconds(0)) <= tolerance_.time &&
             distance(first.length, theirs_[line].length) <= tolerance_.length;
    });
    return original == found.end() ? std::nullopt : std::optional(original->theirs);
  }

  const std::vector<BilledCall>& ours_;
  const std::vector<BilledCall>& theirs_;
  const Tolerance& tolerance_;
  Reconciled result_;
};

}  // namespace

Reconciled reconcile(const std::vector<BilledCall>& ours, const std::vector<BilledCall>& theirs,
                     const Tolerance& tolerance) {
  return Matcher(ours, theirs, tolerance).run();
}

}  // namespace trunkline::foreign
