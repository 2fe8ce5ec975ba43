// SPDX-License-Identifier: MIT
#pragma once

// What an alert is, and when it is told. Pure: the clock is a parameter.
//
// A condition (a quota, a check of the doctor) has a level that goes up and down. A level that
// rises is told at once, whatever was told before; the same or a lower one again only when that
// level was last told long enough ago; the return to normal once. An incident (a recording that
// failed, a unit) has no end, so its level is not remembered: the next one is told when none of its
// level or above was told for that long.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::alert {

enum class Level : std::uint8_t { normal, warning, critical, emergency };
std::string_view name_of(Level level);
[[nodiscard]] core::Result<Level> parse_level(std::string_view text);

enum class Nature : std::uint8_t { condition, incident };

inline constexpr core::Milliseconds kRepeatAfter = std::chrono::hours(24);

struct Alert {
  std::string key;  ///< what it is about: "quota", "unit sipd.service"
  Level level = Level::warning;
  std::string subject = {};  ///< one line
  std::string text = {};
  std::string html = {};  ///< the same for mails that show it; empty: made of the text
  Nature nature = Nature::condition;
  core::Milliseconds repeat_after = kRepeatAfter;
};

/// The same with a subject of one line and at most 500 letters, and nothing in subject and text
/// that is not UTF-8 or would move a terminal's cursor: text comes from logs, and a database
/// refuses it otherwise.
Alert readable(Alert alert);

/// What is known of one key.
struct State {
  Level level = Level::normal;
  std::array<std::optional<core::Time>, 4> told = {};  ///< by level, the last time

  bool operator==(const State&) const = default;
};

/// Whether to tell it now; the state becomes what is known then. A time that lies ahead was told by
/// a wrong clock and holds nothing back.
bool decide(State& state, const Alert& alert, core::Time now);

/// An alert that is told.
struct Message {
  core::Uuid id = {};
  std::string key = {};
  Level level = Level::warning;
  std::string subject = {};
  std::string text = {};
  std::string html = {};
  std::string host = {};
  core::Time at = {};
};

/// What a key has to be: one line of 1 to 200 letters.
bool is_key(std::string_view text);

/// "CRITICAL: recordings take 91 % of the quota (pbx1)": what a mail's subject or a push's title
/// is.
std::string headline(const Message& message);

}  // namespace trunkline::alert
