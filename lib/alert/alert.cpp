// SPDX-License-Identifier: MIT
#include "alert/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace trunkline::alert {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"normal", "warning", "critical", "emergency"};
constexpr std::array<std::string_view, 4> kShouted{"OK", "WARNING", "CRITICAL", "EMERGENCY"};

std::size_t index_of(Level level) {
  return static_cast<std::size_t>(level);
}

bool is_recent(const std::optional<core::Time>& told, core::Time now, core::Milliseconds within) {
  return told && *told <= now && now - *told < within;
}

}  // namespace

std::string_view name_of(Level level) {
  return kLevels.at(index_of(level));
}

core::Result<Level> parse_level(std::string_view text) {
  const auto* const found = std::find(kLevels.begin(), kLevels.end(), text);
  if (found == kLevels.end())
    return core::fault(core::ExitCode::usage, fmt::format("'{}' is not a level", text),
                       "use normal, warning, critical or emergency");
  return static_cast<Level>(found - kLevels.begin());
}

bool decide(State& state, const Alert& alert, core::Time now) {
  const bool is_incident = alert.nature == Nature::incident;
  const Level before = std::exchange(state.level, is_incident ? Level::normal : alert.level);
  if (alert.level == Level::normal) {
    state.told = {};
    return before != Level::normal;
  }
  auto& told = state.told.at(index_of(alert.level));
  bool is_held_back = is_recent(told, now, alert.repeat_after);
  if (is_incident) {
    for (std::size_t level = index_of(alert.level); level < state.told.size(); ++level)
      is_held_back |= is_recent(state.told.at(level), now, alert.repeat_after);
  } else if (alert.level > before) {
    is_held_back = false;
  }
  if (!is_held_back) told = now;
  return !is_held_back;
}

std::string headline(const Message& message) {
  return fmt::format("{}: {} ({})", kShouted.at(index_of(message.level)), message.subject,
                     message.host);
}

}  // namespace trunkline::alert
