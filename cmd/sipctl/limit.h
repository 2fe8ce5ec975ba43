// SPDX-License-Identifier: MIT
#pragma once

// What the limit verbs share: whose limit is meant, and how it is shown.

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/json.h"
#include "directory/limits.h"

namespace trunkline::commands {

/// Whose limit --device, --user and --tenant name: a device's, a user's, or without either the
/// tenant's. As a limit without numbers, with names.
directory::NamedLimit chosen_party(cli::Context& context, db::Connection& connection);

std::vector<cli::Option> party_options();
/// "device alice", "user bob", "tenant acme".
std::string shown_party(const directory::NamedLimit& named);

/// "limit.v1".
core::Json to_json(const directory::NamedLimit& named);
/// "5", "no limit", or "-" where the settings say.
std::string shown_limit(const std::optional<std::uint32_t>& number);
std::vector<cli::Field> fields_of_limit(const directory::NamedLimit& named);

}  // namespace trunkline::commands
