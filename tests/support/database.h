// SPDX-License-Identifier: MIT
#pragma once

// A database of a test's own in the cluster that the environment names (PGHOST, PGPORT, ...), with
// roles and all migrations, dropped at the end. Tests run inside pg_virtualenv; tests/run does
// that.

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "db/connection.h"
#include "db/migrator.h"

namespace trunkline::test {

class Database {
 public:
  enum class Content { migrated, empty };

  explicit Database(Content content = Content::migrated) {
    if (std::getenv("PGHOST") == nullptr) {
      FAIL("this test needs PostgreSQL: run it by tests/run, or as: pg_virtualenv sh -c 'TEST'");
    }
    static std::atomic<int> made{0};
    name_ = "trunkline_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
    db::Connection administrator = db::Connection::open({.url = "dbname=postgres"});
    const db::Migrator migrator(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/db");
    migrator.create_roles(administrator);
    administrator.run_script("CREATE DATABASE " + db::quoted_identifier(name_) +
                             " OWNER trunkline_owner");
    if (content == Content::empty) return;
    db::Connection owner = open("trunkline_owner");
    migrator.migrate(owner);
  }
  ~Database() {
    try {
      db::Connection administrator = db::Connection::open({.url = "dbname=postgres"});
      administrator.run_script("DROP DATABASE IF EXISTS " + db::quoted_identifier(name_) +
                               " WITH (FORCE)");
    } catch (const std::exception&) {  // the cluster is thrown away after the tests anyway
    }
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& name() const { return name_; }
  std::string url() const { return "dbname=" + name_; }
  db::Options options(const std::string& role = "trunkline_operator") const {
    return {.url = url(), .application = "test", .role = role, .who = "test"};
  }
  db::Connection open(const std::string& role = "trunkline_operator") const {
    return db::Connection::open(options(role));
  }
  /// As the superuser, without row-level security.
  db::Connection open_as_superuser() const { return db::Connection::open({.url = url()}); }

 private:
  std::string name_;
};

}  // namespace trunkline::test
