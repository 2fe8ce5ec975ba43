// SPDX-License-Identifier: MIT
#pragma once

// A database with one tenant, sipd's key and helpers for the directory's tests.

#include <catch2/catch.hpp>

#include "crypto/box.h"
#include "directory/devices.h"
#include "directory/tenants.h"
#include "support/database.h"

namespace trunkline::directory {

struct Site {
  test::Database database;
  crypto::KeyPair keys = crypto::make_key_pair();
  db::Connection connection = database.open();
  Tenant tenant;

  Site() {
    REQUIRE(set_site_public_key(connection, keys.public_key));
    tenant = add_tenant(connection, {.name = "acme", .domain = "acme.example"}).value();
  }
};

}  // namespace trunkline::directory
