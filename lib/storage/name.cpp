// SPDX-License-Identifier: MIT
#include "storage/name.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::storage {
namespace {

constexpr std::size_t kLongestName = 1024;  // of an S3 key
constexpr std::size_t kLongestPart = 255;   // NAME_MAX

bool is_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && part.size() <= kLongestPart &&
         !part.starts_with(kOwnPrefix);
}

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

core::Result<Name> Name::parse(std::string_view text) {
  const auto parts = core::split(text, '/');
  if (text.size() > kLongestName || std::ranges::any_of(text, is_control) || !core::is_utf8(text) ||
      !std::ranges::all_of(parts, is_part))
    return core::fault(core::ExitCode::data,
                       fmt::format("'{}' is no name of a stored object", core::printable(text)));
  return Name(std::string(text));
}

std::vector<std::string> Name::parts() const {
  const auto pieces = core::split(text_, '/');
  return {pieces.begin(), pieces.end()};
}

}  // namespace trunkline::storage
