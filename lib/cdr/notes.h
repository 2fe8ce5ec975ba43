// SPDX-License-Identifier: MIT
#pragma once

// What people noted on calls: only ever added, and each in the audit log (without its text).
// Row-level security applies.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct Note {
  core::Uuid id = {};
  core::CallRef call = {};
  core::Time at = {};
  std::string who = {};
  std::string text = {};
};

/// Letters a note may have.
inline constexpr std::size_t kLongestNote = 4'000;

/// By whom the session acts for. Faults: an empty or too long text (usage), a call that is gone
/// (no_input).
[[nodiscard]] core::Result<Note> add_note(db::Connection& connection, const core::CallRef& call,
                                          std::string_view text, core::Time now);
/// Oldest first.
std::vector<Note> notes_of(db::Connection& connection, const core::CallRef& call);

struct NoteFilter {
  std::optional<core::Time> since = {};
  std::optional<core::Time> until = {};
  std::string who = {};  ///< part of the name
  std::optional<core::TenantId> tenant = {};
  std::uint64_t limit = 50;  ///< 0 = all
};
/// Of all calls, newest first.
std::vector<Note> list_notes(db::Connection& connection, const NoteFilter& filter);

/// "note.v1".
core::Json to_json(const Note& note);

}  // namespace trunkline::cdr
