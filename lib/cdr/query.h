// SPDX-License-Identifier: MIT
#pragma once

// Questions to the call ledger in PostgreSQL. Row-level security applies: with db::Options::tenant
// set only that tenant's calls exist. Lists are read page by page behind the last row seen, so that
// a long one neither waits for its end nor shifts while calls come in.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cdr/call.h"
#include "cdr/cursor.h"
#include "core/error.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct Filter {
  std::optional<core::Time> since = {};  ///< started at or after
  std::optional<core::Time> until = {};  ///< started before
  std::string caller = {};               ///< name or number of the caller, whole
  std::string called = {};               ///< name, number or dialled digits of the called, whole
  std::string number = {};               ///< either side
  std::string disposition = {};
  std::string trunk = {};     ///< its name
  std::string did = {};       ///< the number of ours, whole
  std::string campaign = {};  ///< its name
  std::optional<bool> is_live = {};
  std::optional<core::TenantId> tenant = {};
  bool is_oldest_first = false;
  std::uint64_t limit = 50;  ///< 0 = all
};

/// Whether a call that came from elsewhere (sipd's journal) passes the filter. The limit is not
/// looked at.
bool passes(const Filter& filter, const Call& call);

/// Newest first, or as the filter says; stops when `use` returns false. Returns the number of calls
/// given.
std::uint64_t for_each_call(db::Connection& connection, const Filter& filter,
                            const std::function<bool(const Call&)>& use);

/// The same as of one moment, in one statement, for all of a long list: the server works on what is
/// behind while `use` has the call. The statement lasts until `use` has had the last one.
std::uint64_t stream_calls(db::Connection& connection, const Filter& filter,
                           const std::function<bool(const Call&)>& use);

/// Each call that ended since the cursor's position, node by node in the order of their ends, and
/// moves the cursor behind each. A call is given once, whatever time its entry took to arrive: a
/// node's entries arrive in their order. Stops when `use` returns false. The order the filter asks
/// for is not looked at.
std::uint64_t for_each_ended(db::Connection& connection, const Filter& filter, Cursor& cursor,
                             const std::function<bool(const Call&)>& use);

/// How far each node's journal is in the ledger now.
Cursor watermarks(db::Connection& connection);
/// Some of the entries about calls behind the cursor, each as the call was then, and moves the
/// cursor. False where there are more to ask for.
bool for_each_change(db::Connection& connection, Cursor& cursor,
                     const std::function<void(const Call&)>& use);

/// `which`: the id, a unique tail of it (4 characters or more), a SIP Call-ID, a number or name
/// (its latest call), or "last". A fault (no input) when there is none, or naming the candidates
/// when a tail fits several.
[[nodiscard]] core::Result<Call> find_call(db::Connection& connection, std::string_view which);

/// What recorderd saw of the call's media ("media.v1"), and its recordings ("recording.v1"); JSON
/// as journaled.
struct CallFacts {
  std::optional<core::Json> media;
  std::vector<core::Json> recordings;
  std::string recording_rule = {};  ///< who decided whether it is recorded
};
CallFacts facts_of(db::Connection& connection, const core::CallRef& call);

/// The name, or the id's text for a tenant that is gone.
std::string tenant_name(db::Connection& connection, const core::TenantId& tenant);
[[nodiscard]] core::Result<core::TenantId> tenant_id(db::Connection& connection,
                                                     std::string_view name);

}  // namespace trunkline::cdr
