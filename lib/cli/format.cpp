// SPDX-License-Identifier: MIT
// Numbers and times as the reader of the output needs them.

#include <fmt/format.h>

#include <array>
#include <ctime>

#include "cli/output.h"

namespace trunkline::cli {
namespace {

constexpr std::size_t kTailLetters = 8;

std::string local_time(core::Time time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return core::to_rfc3339(time);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return {text.data(), length};
}

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

}  // namespace

std::string Output::time(core::Time time) const {
  return is_terminal() ? local_time(time) : core::to_rfc3339(time);
}

std::string Output::time(std::string_view rfc3339) const {
  const auto time_read = core::parse_rfc3339(rfc3339);
  return time_read ? time(*time_read) : std::string(rfc3339);
}

std::string Output::duration(core::Milliseconds duration) const {
  return is_terminal() ? core::to_clock_text(std::chrono::floor<core::Seconds>(duration))
                       : std::to_string(duration.count());
}

std::string Output::size(core::ByteCount size) const {
  if (!is_terminal()) return std::to_string(size.value());
  constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (size.value() < 1024) return fmt::format("{} B", size.value());
  double scaled = static_cast<double>(size.value()) / 1024;
  std::size_t unit = 0;
  for (; scaled >= 1023.95 && unit + 1 < kUnits.size(); ++unit) scaled /= 1024;
  return fmt::format("{:.1f} {}", scaled, kUnits[unit]);
}

std::string Output::count(std::uint64_t count) const {
  return is_terminal() ? grouped(count) : std::to_string(count);
}

std::string_view tail(std::string_view id) {
  return id.size() <= kTailLetters ? id : id.substr(id.size() - kTailLetters);
}

}  // namespace trunkline::cli
