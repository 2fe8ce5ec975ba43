// SPDX-License-Identifier: MIT
#pragma once

// People of a tenant: who may log in, and as what. Passwords are kept as bcrypt hashes. Five wrong
// ones within a minute lock a person out for fifteen minutes; a new password ends that.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"
#include "db/connection.h"
#include "directory/types.h"

namespace trunkline::directory {

struct NewPerson {
  std::string name = {};
  std::string display_name = {};
  std::vector<PersonRole> roles = {};
  std::string mail = {};
  std::string alerts = "none";  ///< see Person
};

struct PersonChange {
  std::optional<std::string> display_name = {};
  std::optional<std::vector<PersonRole>> roles = {};
  std::optional<bool> is_enabled = {};
  std::optional<std::string> mail = {};
  std::optional<std::string> alerts = {};
};

/// Takes about 200 ms for the hash. The password has 8 to 72 bytes.
[[nodiscard]] core::Result<Person> add_person(db::Connection& connection, const Tenant& tenant,
                                              const NewPerson& person,
                                              const core::Secret& password);
/// `tenant` nil lists all.
std::vector<Person> list_people(db::Connection& connection, const core::TenantId& tenant);
/// By name, id or unique tail of the id.
[[nodiscard]] core::Result<Person> find_person(db::Connection& connection, const Tenant& tenant,
                                               std::string_view which);
[[nodiscard]] core::Result<Person> set_person(db::Connection& connection, const Person& person,
                                              const PersonChange& change);
/// Ends a lock-out, too.
[[nodiscard]] core::Result<void> set_password(db::Connection& connection, const Person& person,
                                              const core::Secret& password);

enum class Login : std::uint8_t { welcome, wrong, locked };
/// Whether the person may come in with this password, which is counted and remembered. Takes about
/// 200 ms. A person who is disabled or removed is answered wrong; one who is locked out is told so
/// whatever the password, which is not looked at.
Login log_in(db::Connection& connection, const Person& person, const core::Secret& password,
             core::Time now);
/// The person's devices are nobody's from then on.
[[nodiscard]] core::Result<void> remove_person(db::Connection& connection, const Person& person);

}  // namespace trunkline::directory
