// SPDX-License-Identifier: MIT
#pragma once

// Limits of one device or one tenant, as the tools change them and the exchange obeys them: calls
// at the same time, calls begun in a minute, and a tenant's registrations. What is not said is left
// to the settings guard.*; 0 is no limit. Few parties have limits of their own.

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
  Limit limit;
  std::string tenant;  ///< name
  std::string device;  ///< name; empty: the tenant's own
};

/// By tenant and device, the tenant's own first.
std::vector<NamedLimit> list_limits(db::Connection& connection);
/// Numbers that are given replace those there were. Returns what is stored now.
[[nodiscard]] core::Result<Limit> set_limit(db::Connection& connection, const Limit& change);
/// Whether there was one.
bool remove_limit(db::Connection& connection, const core::TenantId& tenant,
                  const core::DeviceId& device);
/// All of them, for a snapshot.
std::vector<Limit> load_limits(db::Connection& connection);

}  // namespace trunkline::directory
