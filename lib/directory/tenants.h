// SPDX-License-Identifier: MIT
#pragma once

// Tenants and the site's own row, as the tools change them. Every change notifies sipd and is in
// the audit log (by triggers). A name or domain that is taken, or an object that is not there, is a
// Fault; a database that fails is a core::Error.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "db/connection.h"
#include "directory/types.h"

namespace trunkline::directory {

struct NewTenant {
  std::string name = {};
  std::string domain = {};
  RecordingMode recording = RecordingMode::off;
};

struct TenantChange {
  std::optional<RecordingMode> recording = {};
  bool makes_default = false;
};

/// The first tenant becomes the default one.
[[nodiscard]] core::Result<Tenant> add_tenant(db::Connection& connection, const NewTenant& tenant);
std::vector<Tenant> list_tenants(db::Connection& connection);
[[nodiscard]] core::Result<Tenant> find_tenant(db::Connection& connection, std::string_view name);
/// `name` empty: the only tenant there is, else the default one.
[[nodiscard]] core::Result<Tenant> tenant_or_default(db::Connection& connection,
                                                     std::string_view name);
/// A domain is the realm of its devices' sealed digests and cannot be changed.
[[nodiscard]] core::Result<Tenant> set_tenant(db::Connection& connection, std::string_view name,
                                              const TenantChange& change);
/// Refused while it has devices or people, or is the default one beside others.
[[nodiscard]] core::Result<void> remove_tenant(db::Connection& connection, std::string_view name);

/// sipd's public key, to which devices' secrets are sealed; nothing before `trunkline init`.
std::optional<core::Bytes> site_public_key(db::Connection& connection);
/// Kept once set: a fault if the site has another key, since its devices' secrets need it.
[[nodiscard]] core::Result<void> set_site_public_key(db::Connection& connection,
                                                     core::ByteView public_key);

}  // namespace trunkline::directory
