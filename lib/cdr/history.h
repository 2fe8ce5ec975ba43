// SPDX-License-Identifier: MIT
#pragma once

// The life of a call from its journal entries, in words for people. The words are pure; only
// history_of() asks the database.

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct Entry {
  core::Time at = {};
  std::string daemon = {};  ///< that wrote it: "sipd"
  std::string kind = {};    ///< "call.ringing" (schemas/journal)
  core::Json body = {};
};

struct Happening {
  core::Time at;
  std::string daemon;
  std::string kind;
  std::string words;  ///< "answered by 102 bob"
};

/// All entries about the call, oldest first.
std::vector<Entry> history_of(db::Connection& connection, const core::CallRef& call);

/// What each entry tells that those before it did not. An entry may tell several things, or
/// nothing, and one of an unknown kind is named.
std::vector<Happening> told(const std::vector<Entry>& entries);

/// "both ways", "one way: nothing came from the called", "none: no packet came from either", or ""
/// where the account has not both parties; by the packets that came ("media.v1").
std::string media_verdict(const core::Json& media);

}  // namespace trunkline::cdr
