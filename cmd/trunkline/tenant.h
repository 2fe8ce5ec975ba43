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

/// "user.v1", without the password.
core::Json to_json(const directory::Person& person, const directory::Tenant& tenant);
std::vector<cli::Field> fields_of(const directory::Person& person, const directory::Tenant& tenant);
std::string roles_text(const directory::Person& person);

/// --tenant, for every user verb, and the tenant it means (else the default one).
cli::Option tenant_option();
directory::Tenant chosen_tenant(cli::Context& context, db::Connection& connection);

/// The roles given by --role. Throws core::Error.
std::vector<directory::PersonRole> roles_of(cli::Context& context);
cli::Option role_option(bool is_required);

}  // namespace trunkline::commands
