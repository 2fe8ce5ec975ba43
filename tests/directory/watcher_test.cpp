// SPDX-License-Identifier: MIT
#include "directory/watcher.h"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include "directory/site.h"
#include "support/temporary_directory.h"

namespace trunkline::directory {
namespace {

/// Collects snapshots and waits for the one that is wanted.
class Collector {
 public:
  Watcher::Changed callback() {
    return [this](SnapshotPtr snapshot) {
      const std::scoped_lock lock(mutex_);
      last_ = std::move(snapshot);
      ++count_;
      changed_.notify_all();
    };
  }
  template <class Wanted>
  bool wait_for(Wanted wanted, std::chrono::seconds timeout = std::chrono::seconds(10)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return last_ && wanted(*last_); });
  }
  int count() {
    const std::scoped_lock lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  SnapshotPtr last_;
  int count_ = 0;
};

auto has_devices(std::size_t count) {
  return [count](const Snapshot& snapshot) { return snapshot.devices().size() == count; };
}

}  // namespace

TEST_CASE("a change of the directory arrives as a snapshot and in the file", "[directory]") {
  Site site;
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "directory.json";
  Collector collector;
  const Watcher watcher({.database = site.database.options("trunkline_sipd"),
                         .file = file,
                         .refresh = std::chrono::minutes(10)},
                        collector.callback());
  REQUIRE(collector.wait_for(has_devices(0)));
  REQUIRE(add_device(site.connection, site.tenant, {.name = "alice"}));
  REQUIRE(collector.wait_for(has_devices(1)));
  CHECK(watcher.current()->device(site.tenant.id, "alice") != nullptr);
  CHECK(watcher.status().is_connected);
  CHECK_FALSE(watcher.status().is_from_file);
  CHECK(load_file(file).value()->devices() == watcher.current()->devices());
}

TEST_CASE("with the database away the watcher starts from the file and connects later",
          "[directory]") {
  Site site;
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "directory.json";
  REQUIRE(add_device(site.connection, site.tenant, {.name = "alice"}));
  REQUIRE(save(*load(site.connection), file));
  site.connection.run_script("RESET ROLE");
  db::Connection administrator = db::Connection::open({.url = "dbname=postgres"});
  const std::string name = db::quoted_identifier(site.database.name());
  // Nobody may connect: as good as a stopped server, and others may go on testing.
  administrator.run_script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");

  Collector collector;
  Watcher watcher({.database = site.database.options("trunkline_sipd"),
                   .file = file,
                   .first_backoff = core::Milliseconds(10),
                   .last_backoff = core::Milliseconds(50)},
                  collector.callback());
  CHECK(watcher.current()->devices().size() == 1);
  REQUIRE(collector.wait_for(has_devices(1)));
  CHECK(watcher.status().is_from_file);

  REQUIRE(add_device(site.connection, site.tenant, {.name = "bob"}));
  administrator.run_script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
  REQUIRE(collector.wait_for(has_devices(2)));
  CHECK(watcher.status().last_error.empty());
}

TEST_CASE("a watcher without database and file has an empty snapshot and stops at once",
          "[directory]") {
  const test::TemporaryDirectory directory;
  Collector collector;
  const auto start = std::chrono::steady_clock::now();
  {
    const Watcher watcher({.database = {.url = "host=127.0.0.1 port=1"},
                           .file = directory.path() / "directory.json",
                           .first_backoff = std::chrono::minutes(1)},
                          collector.callback());
    CHECK(watcher.current()->version() == 0);
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  CHECK(collector.count() == 0);
}

TEST_CASE("a change that made no noise is found by looking", "[directory]") {
  Site site;
  const test::TemporaryDirectory directory;
  Collector collector;
  const Watcher watcher({.database = site.database.options("trunkline_sipd"),
                         .file = directory.path() / "directory.json",
                         .refresh = core::Milliseconds(50)},
                        collector.callback());
  REQUIRE(collector.wait_for(has_devices(0)));
  db::Connection superuser = site.database.open_as_superuser();
  superuser.run_script(
      "SET session_replication_role = replica;"  // no triggers, so no notification
      "INSERT INTO trunkline.device (id, tenant_id, name, algorithm, sealed_ha1)"
      " SELECT gen_random_uuid(), id, 'quiet', 'md5', 'x' FROM trunkline.tenant;"
      "UPDATE trunkline.directory_version SET version = version + 1;");
  CHECK(collector.wait_for(has_devices(1)));
}

}  // namespace trunkline::directory
