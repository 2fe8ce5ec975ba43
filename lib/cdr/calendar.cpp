// SPDX-License-Identifier: MIT
#include "cdr/calendar.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace trunkline::cdr {
namespace {

constexpr std::size_t kMostStarts = 100'000;
constexpr std::time_t kHour = 3'600;
constexpr std::time_t kMinute = 60;

std::tm local(std::time_t moment) {
  std::tm parts{};
  ::localtime_r(&moment, &parts);
  return parts;
}

bool is_before(const std::tm& left, const std::tm& right) {
  return std::array{left.tm_year, left.tm_mon, left.tm_mday} <
         std::array{right.tm_year, right.tm_mon, right.tm_mday};
}

/// The first moment of a day, which may be past midnight or come a second time where the clock is
/// changed at midnight.
std::time_t first_of_day(std::tm day) {
  day.tm_hour = 12;
  day.tm_min = day.tm_sec = 0;
  day.tm_isdst = -1;
  const std::time_t noon = std::mktime(&day);  // makes 2026-02-29 a day that exists
  std::time_t first = noon - 12 * kHour;
  while (is_before(local(first), day)) first += 15 * kMinute;
  while (!is_before(local(first - 1), day)) first -= 15 * kMinute;
  return first;
}

std::time_t first_of_hour(std::time_t moment) {
  const std::tm parts = local(moment);
  return moment - parts.tm_min * kMinute - parts.tm_sec;
}

std::time_t begin_of(Unit unit, std::time_t moment) {
  std::tm parts = local(moment);
  if (unit == Unit::hour) return first_of_hour(moment);
  if (unit == Unit::week) parts.tm_mday -= (parts.tm_wday + 6) % 7;
  if (unit == Unit::month) parts.tm_mday = 1;
  return first_of_day(parts);
}

std::time_t next_of(Unit unit, std::time_t start) {
  std::tm parts = local(start);
  switch (unit) {
    case Unit::hour: {
      // Where the clock moves by half an hour, this one is longer.
      const std::time_t next = start + kHour;
      const int minute = local(next).tm_min;
      return minute == 0 ? next : next + (60 - minute) * kMinute;
    }
    case Unit::day:
      parts.tm_mday += 1;
      break;
    case Unit::week:
      parts.tm_mday += 7;
      break;
    case Unit::month:
      parts.tm_mon += 1;
      break;
  }
  return first_of_day(parts);
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
  if (text == "hour") return Unit::hour;
  if (text == "day") return Unit::day;
  if (text == "week") return Unit::week;
  if (text == "month") return Unit::month;
  return std::nullopt;
}

core::Result<std::vector<core::Time>> starts_of(Unit unit, core::Time since, core::Time until) {
  std::vector<core::Time> starts;
  const auto seconds = std::chrono::floor<core::Seconds>(since).time_since_epoch().count();
  std::time_t start = begin_of(unit, seconds);
  for (; core::from_microseconds(start * 1'000'000) < until; start = next_of(unit, start)) {
    if (starts.size() == kMostStarts)
      return core::fault(core::ExitCode::usage, "cannot report so long a time by so short a piece",
                         "take a later --since, or days instead of hours");
    starts.push_back(core::from_microseconds(start * 1'000'000));
  }
  return starts;
}

std::string label_of(Unit unit, core::Time start) {
  const std::tm parts = local(core::to_microseconds(start) / 1'000'000);
  constexpr std::array<const char*, 4> kForms{"%Y-%m-%d %H:%M %z", "%Y-%m-%d", "%G-W%V", "%Y-%m"};
  std::array<char, 40> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), kForms.at(static_cast<std::size_t>(unit)), &parts);
  return {text.data(), size};
}

}  // namespace trunkline::cdr
