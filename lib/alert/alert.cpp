// SPDX-License-Identifier: MIT
#include "alert/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/text.h"

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

constexpr std::size_t kLongestKey = 200;
constexpr std::size_t kLongestSubject = 500;

bool begins_letter(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// Of text that is UTF-8.
std::string first_letters(std::string_view text, std::size_t most) {
  std::size_t letters = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (begins_letter(text[at]) && ++letters > most) return std::string(text.substr(0, at));
  return std::string(text);
}

/// Lines stay lines, and tabs tabs.
std::string readable_text(std::string_view text) {
  std::vector<std::string> lines;
  for (std::string_view line : core::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::vector<std::string> cells;
    for (const std::string_view cell : core::split(line, '\t'))
      cells.push_back(core::printable(cell));
    lines.push_back(core::join(cells, "\t"));
  }
  return core::join(lines, "\n");
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

Alert readable(Alert alert) {
  alert.subject = first_letters(core::printable(alert.subject), kLongestSubject);
  alert.text = readable_text(alert.text);
  return alert;
}

bool is_key(std::string_view text) {
  // printable() changes what is not UTF-8 or has control characters.
  return !text.empty() && core::printable(text) == text && first_letters(text, kLongestKey) == text;
}

std::string headline(const Message& message) {
  return fmt::format("{}: {} ({})", kShouted.at(index_of(message.level)), message.subject,
                     message.host);
}

}  // namespace trunkline::alert
