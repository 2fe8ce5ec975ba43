// SPDX-License-Identifier: MIT
#include "catalogue/place.h"

#include <string>
#include <vector>

#include "core/text.h"

namespace trunkline::catalogue {
namespace {

constexpr std::uint64_t kMost = 1'000;  ///< hours, or minutes where no hours are written
constexpr std::uint64_t kSixty = 60;
constexpr std::size_t kLongest = 64;

tl::unexpected<core::Fault> unreadable(std::string_view text) {
  return core::fault(core::ExitCode::usage,
                     "cannot read place '" + core::printable(text.substr(0, kLongest)) + "'",
                     "write it as 90s, 1:30 or 1:02:03");
}

}  // namespace

core::Result<core::Milliseconds> parse_place(std::string_view text) {
  const std::vector<std::string_view> parts = core::split(text, ':');
  if (parts.size() == 1) {
    const auto duration = core::parse_duration(text);
    if (!duration) return unreadable(text);
    return *duration;
  }
  if (parts.size() > 3) return unreadable(text);
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = core::parse_unsigned(parts[i]);
    if (!number || *number >= (i == 0 ? kMost : kSixty)) return unreadable(text);
    seconds = seconds * kSixty + *number;
  }
  return core::Milliseconds(core::Seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace trunkline::catalogue
