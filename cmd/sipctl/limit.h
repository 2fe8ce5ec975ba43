// SPDX-License-Identifier: MIT
#pragma once

// What the limit verbs share: whose limit is meant, and how it is shown.

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/json.h"
#include "directory/limits.h"

namespace trunkline::commands {

/// Whose limit --device and --tenant name: a device's, or without one its tenant's.
struct Party {
  directory::Tenant tenant;
  std::optional<directory::Device> device;
};

std::vector<cli::Option> party_options();
/// Throws core::Error.
Party chosen_party(cli::Context& context, db::Connection& connection);

/// "limit.v1".
core::Json to_json(const directory::Limit& limit, const std::string& tenant,
                   const std::string& device);
/// "5", "no limit", or "-" where the settings say.
std::string shown_limit(const std::optional<std::uint32_t>& number);
std::vector<cli::Field> fields_of(const directory::Limit& limit, const std::string& tenant,
                                  const std::string& device);

}  // namespace trunkline::commands
