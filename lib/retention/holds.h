// SPDX-License-Identifier: MIT
#pragma once

// Holds as the database keeps them: added, released, never changed otherwise, and all of it in the
// audit log (by trigger). When add_hold() returns, no sweep takes anything of its scope any more.

#include <vector>

#include "core/error.h"
#include "db/connection.h"
#include "retention/rules.h"

namespace trunkline::retention {

/// All, released ones too, newest first.
std::vector<Hold> load_holds(db::Connection& connection);

/// Faults: the case has a hold (data), the scope is empty or its times are reversed (usage).
[[nodiscard]] core::Result<Hold> add_hold(db::Connection& connection, Hold hold, core::Time now);

/// By its case or the end of its id.
[[nodiscard]] core::Result<Hold> find_hold(db::Connection& connection, const core::TenantId& tenant,
                                           std::string_view which);

enum class Release : std::uint8_t { released, first_of_two };
/// `person`: who does it (person_of()). Faults: it was released before (data), or the same person
/// would release it twice (no_permission).
[[nodiscard]] core::Result<Release> release_hold(db::Connection& connection, const Hold& hold,
                                                 std::string_view person, std::string_view why);

/// The person in "uid:1000 alice" and "uid:0 root (sudo: alice)": "alice" both times, so that one
/// person cannot be two.
std::string person_of(std::string_view acting);

}  // namespace trunkline::retention
