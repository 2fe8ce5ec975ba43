// SPDX-License-Identifier: MIT
#include "foreign/moment.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>

#include "core/text.h"

namespace trunkline::foreign {
namespace {

using core::Microseconds;

constexpr core::Milliseconds kLongestCall = std::chrono::hours(24 * 366);
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;
// What people and machines write for a time is not longer.
constexpr std::size_t kLongestMoment = 64;

tl::unexpected<core::Fault> refused(std::string_view what, std::string_view text) {
  return core::fault(
      core::ExitCode::data,
      fmt::format("cannot read {} '{}'", what, core::printable(text.substr(0, kLongestMoment))));
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

/// Takes numbers and letters off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool skip(char letter) {
    if (rest_.empty() || rest_.front() != letter) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Digits behind a dot, cut at microseconds; 0 where there is no dot.
  std::optional<Microseconds> fraction() {
    if (!skip('.') && !skip(',')) return Microseconds(0);
    std::int64_t value = 0;
    std::int64_t unit = 100'000;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++count) {
      value += unit * (rest_.front() - '0');
      unit /= 10;
    }
    return count == 0 ? std::nullopt : std::optional(Microseconds(value));
  }
  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::optional<core::Time> from_utc(const std::tm& parts) {
  std::tm copy = parts;
  const std::time_t seconds = ::timegm(&copy);
  // The 31st of February has become a day of March.
  if (copy.tm_mon != parts.tm_mon) return std::nullopt;
  return core::Time(core::Seconds(seconds));
}

std::optional<core::Time> from_local(const std::tm& parts) {
  std::tm copy = parts;
  copy.tm_isdst = -1;
  const std::time_t seconds = ::mktime(&copy);
  if (seconds == -1 || copy.tm_mon != parts.tm_mon) return std::nullopt;
  return core::Time(core::Seconds(seconds));
}

bool is_in_bounds(const std::tm& parts) {
  return parts.tm_year + 1900 >= kFirstYear && parts.tm_year + 1900 <= kLastYear &&
         parts.tm_mon >= 0 && parts.tm_mon < 12 && parts.tm_mday >= 1 && parts.tm_mday <= 31 &&
         parts.tm_hour <= 23 && parts.tm_min <= 59 && parts.tm_sec <= 60;
}

/// "Z", "+01:00", "+0100", "-05", "UTC", "GMT"; nothing where it is another thing.
std::optional<core::Seconds> distance_of(std::string_view text) {
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") return core::Seconds(0);
  Scanner scanner(text);
  const bool is_west = scanner.skip('-');
  if (!is_west && !scanner.skip('+')) return std::nullopt;
  const auto hours = scanner.number(2);
  (void)scanner.skip(':');  // with or without one
  const auto minutes = scanner.is_at_end() ? std::optional(0) : scanner.number(2);
  if (!hours || !minutes || !scanner.is_at_end() || *hours > 15 || *minutes > 59)
    return std::nullopt;
  const auto distance = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return core::Seconds(is_west ? -distance : distance);
}

/// A time of day's parts, with what stands behind it: a zone, or nothing for local time.
std::optional<core::Time> in_zone(const std::tm& parts, Microseconds fraction,
                                  std::string_view zone) {
  if (!is_in_bounds(parts)) return std::nullopt;
  if (zone.empty()) {
    const auto local = from_local(parts);
    return local ? std::optional(*local + fraction) : std::nullopt;
  }
  const auto distance = distance_of(zone);
  const auto utc = from_utc(parts);
  if (!distance || !utc) return std::nullopt;
  return *utc - *distance + fraction;
}

/// 2026-11-21 08:00:03[.5][ ][zone], also with T or / and without seconds.
std::optional<core::Time> parse_iso(std::string_view text) {
  Scanner scanner(text);
  std::tm parts{};
  const auto year = scanner.number(4);
  if (!year || (!scanner.skip('-') && !scanner.skip('/'))) return std::nullopt;
  const auto month = scanner.number(2);
  if (!month || (!scanner.skip('-') && !scanner.skip('/'))) return std::nullopt;
  const auto day = scanner.number(2);
  if (!day || (!scanner.skip(' ') && !scanner.skip('T'))) return std::nullopt;
  const auto hour = scanner.number(2);
  if (!hour || !scanner.skip(':')) return std::nullopt;
  const auto minute = scanner.number(2);
  const auto second = scanner.skip(':') ? scanner.number(2) : std::optional(0);
  if (!minute || !second) return std::nullopt;
  const auto fraction = scanner.fraction();
  if (!fraction) return std::nullopt;
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return in_zone(parts, *fraction, core::trim(scanner.rest()));
}

/// Seconds, milliseconds or microseconds since 1970, told apart by their number of digits.
std::optional<core::Time> parse_epoch(std::string_view text) {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || whole <= 0 || !is_digit(text.front())) return std::nullopt;
  const std::string_view rest = text.substr(digits);
  if (digits == 13 && rest.empty()) return core::Time(core::Milliseconds(whole));
  if (digits == 16 && rest.empty()) return core::Time(Microseconds(whole));
  if (digits < 9 || digits > 10) return std::nullopt;
  Scanner scanner(rest);
  const auto fraction = scanner.fraction();
  if (!fraction || !scanner.is_at_end()) return std::nullopt;
  return core::Time(core::Seconds(whole)) + *fraction;
}

/// RFC 5322 3.3: "Fri, 21 Nov 2026 08:00:03 +0000"; the name of the day may be missing.
std::optional<core::Time> parse_mail(const std::string& text) {
  std::tm parts{};
  const std::size_t comma = text.find(", ");
  const char* const date = text.c_str() + (comma == std::string::npos ? 0 : comma + 2);
  const char* const end = ::strptime(date, "%d %b %Y %H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  return in_zone(parts, Microseconds(0), core::trim(end));
}

}  // namespace

core::Result<core::Time> parse_moment(std::string_view text) {
  const std::string_view trimmed = core::trim(text);
  if (trimmed.empty() || trimmed.size() > kLongestMoment) return refused("time", text);
  if (const auto iso = parse_iso(trimmed)) return *iso;
  if (const auto epoch = parse_epoch(trimmed)) return *epoch;
  if (const auto mail = parse_mail(std::string(trimmed))) return *mail;
  return refused("time", text);
}

core::Result<core::Time> parse_moment(std::string_view text, const std::string& form) {
  if (text.size() > kLongestMoment) return refused("time", text);
  std::tm parts{};
  parts.tm_mday = 1;
  const std::string copy(core::trim(text));
  const char* const end = ::strptime(copy.c_str(), form.c_str(), &parts);
  if (end == nullptr || *end != '\0' || !is_in_bounds(parts)) return refused("time", text);
  const bool has_zone = form.find("%z") != std::string::npos;
  const long distance = parts.tm_gmtoff;
  const auto time = has_zone ? from_utc(parts) : from_local(parts);
  if (!time) return refused("time", text);
  return has_zone ? *time - core::Seconds(distance) : *time;
}

core::Result<core::Milliseconds> parse_length(std::string_view text) {
  std::string_view rest = core::trim(text);
  if (rest.ends_with("s")) rest.remove_suffix(1);
  std::int64_t seconds = 0;
  int pieces = 0;
  const char* const end = rest.data() + rest.size();
  const char* at = rest.data();
  while (true) {
    std::int64_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || number < 0 || *at == '-' || number > kLongestCall.count() ||
        (pieces > 0 && number > 59))
      return refused("duration", text);
    seconds = seconds * 60 + number;
    at = behind;
    ++pieces;
    if (at == end || *at != ':' || pieces == 3) break;
    ++at;
  }
  Scanner scanner(std::string_view(at, static_cast<std::size_t>(end - at)));
  const auto fraction = scanner.fraction();
  if (!fraction || !scanner.is_at_end() || seconds > kLongestCall.count() / 1000)
    return refused("duration", text);
  return core::Seconds(seconds) + std::chrono::duration_cast<core::Milliseconds>(*fraction);
}

}  // namespace trunkline::foreign
