// SPDX-License-Identifier: MIT
#include "cdr/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/text.h"

namespace trunkline::cdr {
namespace {

constexpr std::string_view kStart = "start";

}  // namespace

core::Result<Cursor> Cursor::parse(std::string_view text) {
  Cursor cursor;
  text = core::trim(text);
  if (text == kStart) return cursor;
  for (const std::string_view piece : core::split(text, ',')) {
    const auto colon = piece.find(':');
    const auto node = core::NodeId::parse(piece.substr(0, colon));
    const auto position = colon == std::string_view::npos
                              ? std::nullopt
                              : core::parse_unsigned(piece.substr(colon + 1));
    if (!node || !position ||
        *position > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return core::fault(
          core::ExitCode::usage,
          fmt::format("cannot read cursor '{}'", core::printable(text.substr(0, 80))),
          "give one that cdrctl export printed, or: start");
    cursor.advance(*node, static_cast<std::int64_t>(*position));
  }
  return cursor;
}

std::string Cursor::text() const {
  std::string text;
  for (const auto& [node, position] : positions_)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", node.text(), position);
  return text.empty() ? std::string(kStart) : text;
}

std::int64_t Cursor::position(const core::NodeId& node) const {
  const auto found = positions_.find(node);
  return found == positions_.end() ? 0 : found->second;
}

void Cursor::advance(const core::NodeId& node, std::int64_t position) {
  std::int64_t& held = positions_[node];
  held = std::max(held, position);
}

}  // namespace trunkline::cdr
