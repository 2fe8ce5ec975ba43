// SPDX-License-Identifier: MIT
#pragma once

// A database of a test's own in the cluster that the environment names (PGHOST, PGPORT, ...), with
// roles and all migrations, dropped at the end. A process migrates once; each database of it is a
// copy of that. Tests run inside pg_virtualenv; tests/run
// does that.

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "db/connection.h"
#include "db/migrator.h"
#include "db/sql_error.h"

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
    db::Connection administrator = db::Connection::open(
        {.url = "dbname=postgres", .statement_timeout = std::chrono::seconds(60)});
    if (content == Content::migrated) {
      static const Database pattern{Pattern()};  // dropped when the process ends
      copy(administrator, pattern);
      return;
    }
    migrations().create_roles(administrator);
    administrator.run_script("CREATE DATABASE " + db::quoted_identifier(name_) +
                             " OWNER trunkline_owner");
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
  struct Pattern {};

  /// What the others are copies of: to migrate takes many times as long as to copy.
  explicit Database(Pattern /*tag*/) : Database(Content::empty) {
    db::Connection owner = open("trunkline_owner");
    migrations().migrate(owner);
  }
  static db::Migrator migrations() {
    return db::Migrator(std::string(TRUNKLINE_SOURCE_DIR) + "/schemas/db");
  }
  void copy(db::Connection& administrator, const Database& pattern) const {
    const std::string sql = "CREATE DATABASE " + db::quoted_identifier(name_) + " TEMPLATE " +
                            db::quoted_identifier(pattern.name()) + " OWNER trunkline_owner";
    // The session that migrated it may not have ended yet: the server waits 5 s for that each time.
    for (int tries = 1;; ++tries) {
      try {
        return administrator.run_script(sql);
      } catch (const db::SqlError& error) {
        if (error.sqlstate() != "55006" || tries == 10) throw;  // object_in_use
      }
    }
  }

  std::string name_;
};

}  // namespace trunkline::test
