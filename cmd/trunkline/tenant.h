// SPDX-License-Identifier: MIT
#pragma once

// How tenants and people are shown by the tenant and user verbs.

#include <string>
#include <vector>

#include "cli/context.h"
#include "db/connection.h"
#include "directory/people.h"
#include "directory/tenants.h"

namespace trunkline::commands {

/// "tenant.v1".
core::Json to_json(const directory::Tenant& tenant);
std::vector<cli::Field> fields_of(const directory::Tenant& tenant);

/// --tenant, for every user verb, and the tenant it means (else the default one).
cli::Option tenant_option();
directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection);

}  // namespace trunkline::commands
