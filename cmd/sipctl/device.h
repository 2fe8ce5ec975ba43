// SPDX-License-Identifier: MIT
#pragma once

// What the device verbs share: how a device is shown, and which tenant is meant.

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/json.h"
#include "db/connection.h"
#include "directory/devices.h"

namespace trunkline::commands {

/// --tenant, for every device verb.
cli::Option tenant_option();
/// The tenant of --tenant, else the default one. Throws core::Error.
directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection);

/// --owner, whose device it is.
cli::Option owner_option();
/// The person of --owner, nil for "", nothing without the flag. Throws core::Error.
std::optional<core::UserId> chosen_owner(cli::Context& context, db::Connection& connection,
                                         const directory::Tenant& tenant);

/// The name of the person whose device it is; empty where nobody's.
std::string owner_name(db::Connection& connection, const directory::Tenant& tenant,
                       const directory::Device& device);

/// "device.v1" without secrets. `owner` is the name.
core::Json to_json(const directory::Device& device, const directory::Tenant& tenant,
                   const std::string& owner);
/// Shows a device, without secrets.
void show(cli::Context& context, db::Connection& connection, const directory::Device& device,
          const directory::Tenant& tenant);
/// Shows a device whose password was just made: the only time anybody sees it.
void show_with_password(cli::Context& context, db::Connection& connection,
                        const directory::AddedDevice& added, const directory::Tenant& tenant);

}  // namespace trunkline::commands
