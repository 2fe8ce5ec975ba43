// SPDX-License-Identifier: MIT
#include "backup/keep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

#include "core/text.h"

namespace trunkline::backup {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Days since the epoch of the Monday on or before the day.
int week_of(const year_month_day& day) {
  const sys_days days(day);
  const std::chrono::weekday weekday(days);
  return static_cast<int>((days - (weekday - std::chrono::Monday)).time_since_epoch().count());
}

int month_of(const year_month_day& day) {
  constexpr int kMonths = 12;
  return int(day.year()) * kMonths + static_cast<int>(unsigned(day.month()));
}

int day_of(const year_month_day& day) {
  return static_cast<int>(sys_days(day).time_since_epoch().count());
}

/// Lets the first of each span pass, until as many have.
class Rule {
 public:
  Rule(std::string name, unsigned count, int (*span)(const year_month_day&))
      : name_(std::move(name)), left_(count), span_(span) {}

  void look(const Dated& backup, Fate& fate) {
    const int span = span_(backup.day);
    if (left_ == 0 || (last_ && *last_ == span)) return;
    last_ = span;
    --left_;
    fate.why.push_back(name_);
  }

 private:
  std::string name_;
  unsigned left_;
  int (*span_)(const year_month_day&);
  std::optional<int> last_ = {};
};

}  // namespace

std::vector<Fate> decide(std::vector<Dated> backups, const KeepRules& rules) {
  std::sort(backups.begin(), backups.end(),
            [](const Dated& left, const Dated& right) { return left.at > right.at; });
  std::array<Rule, 3> all{Rule("daily", rules.daily, day_of), Rule("weekly", rules.weekly, week_of),
                          Rule("monthly", rules.monthly, month_of)};
  std::vector<Fate> fates;
  for (const Dated& backup : backups) {
    Fate fate{.name = backup.name, .why = {}};
    if (fates.empty()) fate.why.emplace_back("newest");
    for (Rule& rule : all) rule.look(backup, fate);
    fates.push_back(std::move(fate));
  }
  return fates;
}

year_month_day local_day(core::Time time) {
  const std::time_t seconds = std::chrono::floor<core::Seconds>(time).time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  constexpr int kFirstYear = 1900;
  return {std::chrono::year(local.tm_year + kFirstYear),
          std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)),
          std::chrono::day(static_cast<unsigned>(local.tm_mday))};
}

// RFC 3339 without the colons, which FAT and rclone's Windows remotes do not take in names.
std::string name_of(core::Time time) {
  const std::string text = core::to_rfc3339(time);  // 2026-11-30T01:15:00.000000Z
  return fmt::format("{}{}{}Z", text.substr(0, 13), text.substr(14, 2), text.substr(17, 2));
}

std::optional<core::Time> time_of(std::string_view name) {
  constexpr std::string_view kForm = "2026-11-30T011500Z";
  if (name.size() != kForm.size()) return std::nullopt;
  const auto time = core::parse_rfc3339(
      fmt::format("{}:{}:{}Z", name.substr(0, 13), name.substr(13, 2), name.substr(15, 2)));
  if (!time || name_of(*time) != name) return std::nullopt;
  return *time;
}

}  // namespace trunkline::backup
