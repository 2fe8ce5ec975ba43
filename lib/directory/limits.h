// SPDX-License-Identifier: MIT
#pragma once

// Limits of one device, one person or one tenant, as the tools change them and the exchange obeys
// them: calls at the same time, calls begun in a minute, and but for a device registrations. What
// is not said is left to the settings guard.*; 0 is no limit. Few parties have limits of their own.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/uuid.h"
#include "db/connection.h"
#include "directory/limit.h"
#include "directory/types.h"

namespace trunkline::directory {

/// A limit and whose it is.
struct NamedLimit {
  Limit limit = {};
  std::string tenant = {};  ///< name
  std::string device = {};  ///< name, or empty
  std::string person = {};  ///< name; both empty: the tenant's own
};

/// By tenant, person and device, the tenant's own first.
std::vector<NamedLimit> list_limits(db::Connection& connection);
/// Numbers that are given replace those there were. Returns what is stored now.
[[nodiscard]] core::Result<Limit> set_limit(db::Connection& connection, const Limit& change);
/// Whether there was one of this party; the numbers are not looked at.
bool remove_limit(db::Connection& connection, const Limit& whose);
/// All of them, for a snapshot.
std::vector<Limit> load_limits(db::Connection& connection);

}  // namespace trunkline::directory
