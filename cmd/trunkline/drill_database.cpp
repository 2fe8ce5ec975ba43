// SPDX-License-Identifier: MIT

// A drill's checks of the database, in a cluster of its own.

#include <fmt/format.h>

#include "archive/entries.h"
#include "backup/database.h"
#include "db/migrator.h"
#include "db/tool.h"
#include "ledger/prove.h"
#include "trunkline/backup_site.h"
#include "trunkline/drill_checks.h"
#include "trunkline/restore_parts.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

backup::Counts expected_counts(const backup::Manifest& manifest) {
  const core::Json database = manifest.facts.value("database", core::Json::object());
  return backup::counts_of(database.value("tables", core::Json::object()));
}

void compare(const backup::Counts& expected, const backup::Counts& found, DrillChecks& checks) {
  std::int64_t rows = 0;
  for (const auto& [table, count] : expected) {
    const auto there = found.find(table);
    const std::int64_t restored = there == found.end() ? 0 : there->second;
    rows += restored;
    if (restored == count) continue;
    checks.push_back({"rows", Outcome::failed,
                      fmt::format("table {} has {} rows, not {}", table, restored, count)});
    return;
  }
  checks.push_back(
      {"rows", rows > 0 ? Outcome::good : Outcome::failed,
       fmt::format("{} tables have the {} rows of the manifest", expected.size(), rows)});
}

void check_ledger(const config::Config& config, db::Connection& connection, DrillChecks& checks) {
  std::string first;
  std::uint64_t nodes = 0;
  // Months that are files now lie beside the living site.
  archive::Entries archived(connection, config.text("ledger.archive_dir"));
  const bool is_whole =
      ledger::prove_ledger(connection, archived, [&](const ledger::Proved& proved) {
        nodes += proved.finding == ledger::Finding::intact ? 1U : 0U;
        if (ledger::is_hole(proved.finding) && first.empty())
          first = fmt::format("{} {} to {} of {} {}", ledger::name_of(proved.finding), proved.first,
                              proved.last, proved.daemon, proved.detail);
      });
  checks.push_back({"ledger", is_whole ? Outcome::good : Outcome::failed,
                    is_whole ? fmt::format("the chains of {} journals are whole", nodes) : first});
}

void check_audit(db::Connection& connection, DrillChecks& checks) {
  catalogue::AuditProof proof;
  catalogue::for_each_audit_entry(connection, {.is_oldest_first = true, .limit = 0},
                                  [&](const catalogue::AuditEntry& entry) {
                                    proof.take(entry);
                                    return true;
                                  });
  const auto end = catalogue::read_anchor(connection, core::system_clock().wall());
  const bool has_end = end.seq == proof.last() && (end.seq == 0 || end.hash == proof.hash());
  const bool is_intact = !proof.first_broken() && has_end;
  checks.push_back({"audit log", is_intact ? Outcome::good : Outcome::failed,
                    is_intact ? fmt::format("{} lines, the chain is whole", proof.rows())
                    : has_end ? proof.message()
                              : std::string("it does not end as its head says")});
}

}  // namespace

void load_drill_database(const Drill& drill, const std::string& url, DrillChecks& checks) {
  const db::Migrator migrator(db::find_migrations());
  {
    db::Connection administrator =
        db::Connection::open({.url = url, .statement_timeout = kDrillPatience});
    migrator.create_roles(administrator);
    administrator.run_script(
        fmt::format("CREATE DATABASE {} OWNER trunkline_owner TEMPLATE "
                    "template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
                    kDrillDatabase));
  }
  backup::load_dump({.url = url,
                     .folder = drill.folder,
                     .work = drill.folder,
                     .jobs = static_cast<unsigned>(drill.context.config().integer("backup.jobs"))},
                    kDrillDatabase);
  db::Connection owner = db::Connection::open({.url = url,
                                               .database = kDrillDatabase,
                                               .application = "trunkline drill",
                                               .role = "trunkline_owner",
                                               .statement_timeout = kDrillPatience});
  compare(expected_counts(drill.manifest), backup::count_rows(owner), checks);
  const auto applied = migrator.migrate(owner);
  checks.push_back({"schema", Outcome::good,
                    applied.empty() ? std::string("it is this release's")
                                    : fmt::format("{} migrations applied", applied.size())});
}

void prove_drill_database(const Drill& drill, db::Connection& connection, DrillChecks& checks) {
  std::uint64_t shipped = 0;
  try {
    for (const backup::FileEntry& file : drill.manifest.files)
      if (backup::is_of(file.path, backup::kJournals))
        shipped += replay_journal(connection, drill.folder / file.path,
                                  fs::path(file.path).stem().string());
    checks.push_back({"journals", Outcome::good,
                      fmt::format("{} entries that the dump lacks are shipped", shipped)});
  } catch (const core::Error& error) {
    checks.push_back({"journals", Outcome::failed, error.fault().message});
  }
  check_ledger(drill.context.config(), connection, checks);
  check_audit(connection, checks);
}

void check_living_rows(const Drill& drill, DrillChecks& checks) {
  try {
    db::Connection living = db::open_to_read(drill.context.config(), "trunkline drill");
    const backup::Counts now = backup::count_rows(living);
    const backup::Counts then = expected_counts(drill.manifest);
    std::int64_t rows_now = 0;
    std::int64_t rows_then = 0;
    std::string empty;
    for (const auto& [table, rows] : then) rows_then += rows;
    for (const auto& [table, rows] : now) rows_now += rows;
    for (const char* const table : {"tenant", "device", "ledger_node", "audit_log"}) {
      const auto before = then.find(table);
      const auto living_rows = now.find(table);
      if (living_rows != now.end() && living_rows->second > 0 &&
          (before == then.end() || before->second == 0))
        empty += std::string(" ") + table;
    }
    checks.push_back({"living rows", empty.empty() ? Outcome::good : Outcome::unproved,
                      empty.empty() ? fmt::format("{} now, {} in the backup", rows_now, rows_then)
                                    : "filled since the backup was made:" + empty});
  } catch (const core::Error& error) {
    checks.push_back({"living rows", Outcome::unproved, error.fault().message});
  }
}

}  // namespace trunkline::commands
