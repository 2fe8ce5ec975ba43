// SPDX-License-Identifier: MIT
#pragma once

// Policies as the database holds them. Every change is in the audit log (by trigger), and returns
// when no sweep works by the old rule any more.

#include <vector>

#include "core/error.h"
#include "db/connection.h"
#include "retention/rules.h"

namespace trunkline::retention {

/// By tenant, kind, level and name.
std::vector<Policy> load_policies(db::Connection& connection);

/// Sets the policy of this name, or makes it. Faults: another policy speaks of the same (data), the
/// name belongs to a policy of other things (data), an increase-only policy would get weaker
/// (no_permission).
[[nodiscard]] core::Result<Policy> set_policy(db::Connection& connection, Policy policy,
                                              core::Time now);
[[nodiscard]] core::Result<Policy> find_policy(db::Connection& connection,
                                               const core::TenantId& tenant, std::string_view name);
/// Faults: no_input, or no_permission for one that is increase-only.
[[nodiscard]] core::Result<Policy> remove_policy(db::Connection& connection,
                                                 const core::TenantId& tenant,
                                                 std::string_view name);

}  // namespace trunkline::retention
