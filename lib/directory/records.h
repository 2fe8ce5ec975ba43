// SPDX-License-Identifier: MIT
#pragma once

// Rows of the directory's tables as values; for the files of this folder. A row whose words are not
// ours (written by a newer release) throws core::Error (data).

#include "db/rows.h"
#include "db/value.h"
#include "directory/types.h"

namespace trunkline::directory {

/// Columns: id, name, domain, is_default, recording.
Tenant tenant_of(const db::Row& row);
/// Columns: id, tenant_id, name, extension, display_name, algorithm, sealed_ha1, recording,
/// is_enabled, owner_id.
Device device_of(const db::Row& row);
/// Columns: id, tenant_id, name, display_name, is_enabled, last_login_at, locked_until, roles
/// (comma-separated).
Person person_of(const db::Row& row);

/// NULL for nobody.
template <class Tag>
db::Value null_if_nil(const core::Id<Tag>& id) {
  return id.is_nil() ? db::Value(std::nullopt) : db::Value(id);
}

/// A fault's answer to "which": nothing of that name.
core::Fault not_there(std::string_view kind, std::string_view which, std::string hint);

}  // namespace trunkline::directory
