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

/// "device.v1" without secrets.
core::Json to_json(const directory::Device& device, const directory::Tenant& tenant);
std::vector<cli::Field> fields_of(const directory::Device& device, const directory::Tenant& tenant);
/// Shows a device whose password was just made: the only time anybody sees it.
void show_with_password(cli::Context& context, const directory::AddedDevice& added,
                        const directory::Tenant& tenant);

}  // namespace trunkline::commands
