// SPDX-License-Identifier: MIT
#pragma once

// A ledger of three months, shipped from a journal, and a folder for its archives.

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>

#include "archive/archive.h"
#include "archive/entries.h"
#include "core/json.h"
#include "journal/journal.h"
#include "ledger/shipper.h"
#include "support/database.h"
#include "support/temporary_directory.h"

namespace trunkline::archive {

inline constexpr std::int64_t kJanuary = 1'704'067'200'000'000;  // 2024-01-01T00:00:00Z
inline constexpr std::int64_t kDay = 86'400'000'000;
inline constexpr int kCalls = 90;  // one a day: January, February and March of 2024

inline core::Time day(int number) {
  return core::from_microseconds(kJanuary + number * kDay);
}

struct Scene {
  test::Database database;
  test::TemporaryDirectory directory;
  std::filesystem::path folder = directory.path() / "archive";
  core::TenantId tenant = core::TenantId::make(day(0));
  core::DeviceId device = core::DeviceId::make(day(0));  ///< of every caller
  std::unique_ptr<journal::Journal> journal =
      journal::Journal::open(directory.path() / "journal.db");

  /// With `border_number`: and a call of that number that lasts from January into February.
  explicit Scene(const std::string& border_number = {}) {
    for (int i = 0; i < kCalls; ++i) add_call(day(i), std::to_string(1100 + i), core::Seconds(i));
    if (!border_number.empty())
      add_call(day(31) - core::Seconds(1), border_number, std::chrono::minutes(5));
    ship();
    db::Connection connection = database.open();
    cdr::ensure_partitions(connection, 0);
  }

  void ship() const {
    REQUIRE(journal->flush());
    ledger::Shipper shipper({.database = database.options("trunkline_sipd"),
                             .daemon = "sipd",
                             .keep = std::chrono::hours(24 * 365 * 100)},
                            *journal);
    REQUIRE(shipper.flush(core::Milliseconds(30'000)));
  }
  void add_call(core::Time start, const std::string& number, core::Seconds talked) const {
    const auto call = core::CallRef::make(start);
    core::Json body{
        {"schema", "call.v1"},
        {"call", call.text()},
        {"direction", "internal"},
        {"caller", {{"name", "Ann, \"B\"\nC"}, {"number", number}, {"device", device.text()}}},
        {"called", {{"dialled", "1102"}}},
        {"state", "initiated"},
        {"started_at", core::to_rfc3339(start)}};
    append("call.started", call, body, start);
    body["state"] = "ended";
    body["disposition"] = "answered";
    body["talk_ms"] = core::Milliseconds(talked).count();
    append("call.ended", call, body, start + talked);
    const core::Json media{{"schema", "media.v1"}, {"legs", core::Json::array()}};
    append("media.ended", call, media, start + talked);
  }
  void append(const std::string& kind, core::CallRef call, const core::Json& body,
              core::Time at) const {
    journal->append(
        {.kind = kind, .tenant = tenant, .call = call, .body = core::to_line(body), .at = at});
  }
  std::vector<std::string> findings(const std::filesystem::path& where) const {
    db::Connection connection = database.open();
    Entries entries(connection, where);
    std::vector<std::string> found;
    ledger::prove_ledger(connection, entries, [&](const ledger::Proved& one) {
      found.push_back(std::string(name_of(one.finding)) + " " + std::to_string(one.first) + "-" +
                      std::to_string(one.last));
    });
    return found;
  }
  std::int64_t count(db::Statement statement) const {
    return database.open().query(statement).only().get<std::int64_t>("count");
  }
};

inline void archive_all(const Scene& scene, const std::string& before = "2025-01") {
  db::Connection connection = scene.database.open();
  for (const Due& month : due(connection, cdr::Month::parse(before).value()))
    archive_month(connection, scene.folder, month, core::system_clock().wall());
}

}  // namespace trunkline::archive
