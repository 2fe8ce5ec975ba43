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
  std::optional<bool> is_live = {};
  std::optional<core::TenantId> tenant = {};
  std::uint64_t limit = 50;  ///< 0 = all
};

/// Whether a call that came from elsewhere (sipd's journal) passes the filter. The limit is not
/// looked at.
bool passes(const Filter& filter, const Call& call);

/// Newest first; stops when `use` returns false. Returns the number of calls given.
std::uint64_t for_each_call(db::Connection& connection, const Filter& filter,
                            const std::function<bool(const Call&)>& use);

/// `which`: the id, a unique tail of it (4 characters or more), a SIP Call-ID, a number or name
/// (its latest call), or "last". A fault (no input) when there is none, or naming the candidates
/// when a tail fits several.
[[nodiscard]] core::Result<Call> find_call(db::Connection& connection, std::string_view which);

/// What recorderd saw of the call's media ("media.v1"), and its recordings ("recording.v1"); JSON
/// as journaled.
struct CallFacts {
  std::optional<core::Json> media;
  std::vector<core::Json> recordings;
};
CallFacts facts_of(db::Connection& connection, const core::CallRef& call);

/// The name, or the id's text for a tenant that is gone.
std::string tenant_name(db::Connection& connection, const core::TenantId& tenant);
[[nodiscard]] core::Result<core::TenantId> tenant_id(db::Connection& connection,
                                                     std::string_view name);

}  // namespace trunkline::cdr
