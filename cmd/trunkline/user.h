// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of people share: how one is shown, which roles are given, where a password comes
// from.

#include <optional>
#include <vector>

#include "cli/context.h"
#include "core/secret.h"
#include "directory/people.h"
#include "trunkline/tenant.h"

namespace trunkline::commands {

/// "user.v1", without the password.
core::Json to_json(const directory::Person& person, const directory::Tenant& tenant);
std::string roles_text(const directory::Person& person);

/// --display-name, --role, --mail and --alerts; add_user asks for a role, set_user may do without.
std::vector<cli::Option> profile_options(bool is_role_required);
/// The roles given by --role. Throws core::Error.
std::vector<directory::PersonRole> roles_of(cli::Context& context);

/// The address given by --mail, empty where none or an empty one is. Throws core::Error.
std::string mail_of(cli::Context& context);

struct NewPassword {
  core::Secret text;
  bool is_made = false;  ///< by us, so that it must be shown
};
/// --new-password and --password-file.
std::vector<cli::Option> password_options();
/// From --new-password, a file, standard input (--password-file -), or twice from the terminal
/// without echo. Throws core::Error.
NewPassword take_password(cli::Context& context);

/// Prints the person, with the password where we made it: nobody sees it again.
void print_user(cli::Context& context, const directory::Person& person,
                const directory::Tenant& tenant, const NewPassword* password = nullptr);

}  // namespace trunkline::commands
