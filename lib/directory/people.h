// SPDX-License-Identifier: MIT
#pragma once

// People of a tenant: who may log in later, and as what. Passwords are kept as bcrypt hashes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "db/connection.h"
#include "directory/types.h"

namespace trunkline::directory {

struct NewPerson {
  std::string name = {};
  std::string display_name = {};
  std::vector<PersonRole> roles = {};
};

struct PersonChange {
  std::optional<std::string> display_name = {};
  std::optional<std::vector<PersonRole>> roles = {};
  std::optional<bool> is_enabled = {};
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
[[nodiscard]] core::Result<void> set_password(db::Connection& connection, const Person& person,
                                              const core::Secret& password);
/// False also for a person who is disabled or removed.
bool is_password_of(db::Connection& connection, const Person& person, const core::Secret& password);
[[nodiscard]] core::Result<void> remove_person(db::Connection& connection, const Person& person);

}  // namespace trunkline::directory
