// SPDX-License-Identifier: MIT
#include "core/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace trunkline::core {
namespace {

class SystemClock final : public Clock {
 public:
  Time wall() const override {
    return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

struct Unit {
  std::string_view name;
  Milliseconds length;
};
constexpr std::array<Unit, 5> kUnits{{{"d", std::chrono::hours(24)},
                                      {"h", std::chrono::hours(1)},
                                      {"m", std::chrono::minutes(1)},
                                      {"s", std::chrono::seconds(1)},
                                      {"ms", Milliseconds(1)}}};

/// Exactly `width` digits at `offset`, or -1.
int digits_at(std::string_view text, std::size_t offset, std::size_t width) {
  if (offset + width > text.size()) return -1;
  int value = 0;
  for (const char digit : text.substr(offset, width)) {
    if (digit < '0' || digit > '9') return -1;
    value = value * 10 + (digit - '0');
  }
  return value;
}

/// "Z", "+hh:mm" or "-hh:mm" as what must be subtracted to reach UTC.
Result<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {
    const int hours = digits_at(text, 1, 2);
    const int minutes = digits_at(text, 4, 2);
    if (hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60) {
      const std::chrono::minutes offset(hours * 60 + minutes);
      return text[0] == '-' ? -offset : offset;
    }
  }
  return fault(ExitCode::data, "time has no offset");
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock kClock;
  return kClock;
}

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00.000000Z";
  const auto put = [&](std::size_t end, std::int64_t number, int digits) {
    for (; digits > 0; --digits, number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, static_cast<int>(date.year()), 4);
  put(7, static_cast<unsigned>(date.month()), 2);
  put(10, static_cast<unsigned>(date.day()), 2);
  put(13, clock.hours().count(), 2);
  put(16, clock.minutes().count(), 2);
  put(19, clock.seconds().count(), 2);
  put(26, clock.subseconds().count(), 6);
  return text;
}

Result<Time> parse_rfc3339(std::string_view text) {
  const auto not_one = [&] {
    return core::fault(ExitCode::data,
                       fmt::format("'{}' is not an RFC 3339 time", text.substr(0, 64)),
                       "write it as 2026-11-21T08:00:00Z");
  };
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60)
    return not_one();
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return not_one();
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return not_one();
  const std::chrono::year_month_day date(std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)});
  if (!date.ok()) return not_one();
  std::size_t position = 19;
  std::int64_t fraction = 0;
  if (position < text.size() && text[position] == '.') {
    std::int64_t weight = 100'000;
    for (++position; position < text.size() && text[position] >= '0' && text[position] <= '9';
         ++position, weight /= 10)
      fraction += (text[position] - '0') * weight;
  }
  const auto offset = parse_offset(text.substr(position));
  if (!offset) return not_one();
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + Seconds(second) + Microseconds(fraction) - *offset;
}

std::int64_t to_microseconds(Time time) {
  return time.time_since_epoch().count();
}

Time from_microseconds(std::int64_t since_epoch) {
  return Time(Microseconds(since_epoch));
}

Result<Milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (failure == std::errc{} && count >= 0)
    for (const Unit& unit : kUnits)
      if (name == unit.name && count <= Milliseconds::max().count() / unit.length.count())
        return unit.length * count;
  return fault(ExitCode::data, fmt::format("'{}' is not a duration", text.substr(0, 64)),
               "write a number and a unit: 250ms, 30s, 5m, 2h, 7d");
}

std::string to_text(Milliseconds duration) {
  if (duration == Milliseconds::zero()) return "0s";
  for (const Unit& unit : kUnits)
    if (duration % unit.length == Milliseconds::zero())
      return fmt::format("{}{}", duration / unit.length, unit.name);
  return fmt::format("{}ms", duration.count());
}

std::string to_clock_text(Seconds duration) {
  const std::chrono::hh_mm_ss clock(duration);
  if (clock.hours().count() > 0)
    return fmt::format("{}:{:02}:{:02}", clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
  return fmt::format("{}:{:02}", clock.minutes().count(), clock.seconds().count());
}

}  // namespace trunkline::core
