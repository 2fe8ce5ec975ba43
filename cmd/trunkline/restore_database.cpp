// SPDX-License-Identifier: MIT

// The database's part of a restore: filled under another name, migrated, given what the journals
// have, and only then put in the living one's place, by one transaction. The one that was there
// keeps its rows under a name of its own.

#include <fmt/format.h>

#include "backup/copy.h"
#include "backup/database.h"
#include "db/migrator.h"
#include "db/sql_error.h"
#include "db/tool.h"
#include "db/transaction.h"
#include "journal/reader.h"
#include "ledger/batch.h"
#include "trunkline/backup_site.h"
#include "trunkline/init_database.h"
#include "trunkline/restore_parts.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReplayBatch = 2'000;
/// PostgreSQL waits five seconds each time for others to leave.
constexpr int kTries = 10;
constexpr core::Milliseconds kRestorePatience = std::chrono::minutes(10);

struct Names {
  std::string living;
  std::string fresh;   ///< while it is filled
  std::string before;  ///< what the living one is called afterwards
};

Names names_of(const config::Config& config, core::Time now) {
  const std::string living = db::login_of(config.text("db.url")).database;
  return {.living = living,
          .fresh = living + "_restore",
          .before = fmt::format("{}_before_{}", living, backup::name_of(now))};
}

std::int64_t number_of(db::Connection& connection, db::Statement question) {
  return connection.query(question).only().get<std::int64_t>("n");
}

void fill(cli::Context& context, const RestoreSource& source, const Administrator& administrator,
          const Names& names) {
  const config::Config& config = context.config();
  const fs::path work = backup_state(config) / "restore";
  core::value_or_throw(backup::fetch_checked(source.repository, source.manifest,
                                             source.files_of(backup::kDatabase), work));
  {
    db::Connection connection = administrator.open({}, {});
    connection.set_statement_timeout(kRestorePatience);
    InitReport report(context, /*is_silent=*/true);
    init_roles(config, connection, {}, report);
    // Of a restore that was cut short.
    connection.run_script(
        fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", db::quoted_identifier(names.fresh)));
    make_empty_database(connection, names.fresh);
  }
  backup::load_dump({.url = config.text("db.url"),
                     .folder = work,
                     .work = backup_state(config),
                     .jobs = static_cast<unsigned>(config.integer("backup.jobs"))},
                    names.fresh);
}

/// That the restored database has what the manifest counted, before this release changes it.
void compare_counts(db::Connection& connection, const backup::Manifest& manifest) {
  const core::Json database = manifest.facts.value("database", core::Json::object());
  const auto expected = backup::counts_of(database.value("tables", core::Json::object()));
  const auto found = backup::count_rows(connection);
  for (const auto& [table, rows] : expected) {
    const auto row = found.find(table);
    if (row != found.end() && row->second == rows) continue;
    throw core::Error(core::ExitCode::data,
                      fmt::format("table {} has {} rows in the restored database, not {}", table,
                                  row == found.end() ? 0 : row->second, rows),
                      "the living database is as it was; take another backup");
  }
}

/// From the backup's journals, and from those that live here: the daemons would ship theirs anyway,
/// but what was erased must be gone again when they do.
std::uint64_t replay_journals(cli::Context& context, const RestoreSource& source,
                              const std::string& database) {
  const config::Config& config = context.config();
  const fs::path work = backup_state(config) / "restore";
  core::value_or_throw(backup::fetch_checked(source.repository, source.manifest,
                                             source.files_of(backup::kJournals), work));
  db::Connection connection = db::Connection::open({.url = config.text("db.url"),
                                                    .database = database,
                                                    .application = "trunkline restore",
                                                    .role = "trunkline_sipd",
                                                    .statement_timeout = kRestorePatience});
  std::uint64_t shipped = 0;
  for (const backup::FileEntry& file : source.files_of(backup::kJournals))
    shipped += replay_journal(connection, work / file.path, fs::path(file.path).stem().string());
  for (const auto& [daemon, setting] :
       {std::pair("sipd", "sip.state_dir"), std::pair("recorderd", "media.state_dir")}) {
    const fs::path living = fs::path(config.text(setting)) / "journal.db";
    if (!fs::exists(living)) continue;
    try {
      shipped += replay_journal(connection, living, daemon);
    } catch (const core::Error& error) {
      // It does not reach back far enough: the rest is what the backup has.
      if (error.fault().code != core::ExitCode::data) throw;
      context.warn(error.fault().message, "trunkline status, once the daemons reach the database");
    }
  }
  return shipped;
}

/// Ends the sessions of both databases and exchanges their names.
void swap_names(const Administrator& administrator, const Names& names) {
  static constexpr db::Statement kEnd{
      "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity"
      " WHERE datname = $1 OR datname = $2"};
  db::Connection connection = administrator.open({}, {});
  connection.set_statement_timeout(kRestorePatience);
  const bool has_living = has_database(connection, names.living);
  for (int tries = 1;; ++tries) {
    (void)connection.query(kEnd, {names.living, names.fresh});
    try {
      db::Transaction transaction(connection);
      if (has_living)
        connection.run_script(fmt::format("ALTER DATABASE {} RENAME TO {}",
                                          db::quoted_identifier(names.living),
                                          db::quoted_identifier(names.before)));
      connection.run_script(fmt::format("ALTER DATABASE {} RENAME TO {}",
                                        db::quoted_identifier(names.fresh),
                                        db::quoted_identifier(names.living)));
      return transaction.commit();
    } catch (const db::SqlError& error) {
      // Somebody came back at once: object_in_use.
      if (error.sqlstate() != "55006" || tries == kTries) throw;
    }
  }
}

}  // namespace

std::uint64_t replay_journal(db::Connection& connection, const fs::path& journal,
                             const std::string& daemon) {
  const journal::JournalReader reader(journal);
  ledger::Watermark mark = ledger::watermark_of(connection, reader.node());
  const std::uint64_t before = mark.shipped.value();
  for (;;) {
    const auto entries = reader.entries_after(mark.shipped, kReplayBatch);
    if (entries.empty()) break;
    if (entries.front().sequence.value() != mark.shipped.value() + 1)
      throw core::Error(core::ExitCode::data,
                        fmt::format("the journal of {} goes on at {}, the ledger ends at {}",
                                    daemon, entries.front().sequence.value(), mark.shipped.value()),
                        "dump and journals are of two backups");
    mark = ledger::ship(connection, reader.node(), daemon, entries);
  }
  return mark.shipped.value() > before ? mark.shipped.value() - before : 0;
}

RestorePlan plan_database(cli::Context& context, const RestoreSource& source) {
  static constexpr db::Statement kNewer{
      "SELECT count(*) AS n FROM trunkline.ledger_entry WHERE at > $1"};
  static constexpr db::Statement kCalls{"SELECT count(*) AS n FROM trunkline.cdr"};
  const config::Config& config = context.config();
  const std::string name = db::login_of(config.text("db.url")).database;
  const std::string is_made = fmt::format("database {} is made with {} rows", name,
                                          core::number_at(to_json(source.manifest), "rows"));
  try {
    db::Connection connection = db::open_to_read(config, "trunkline restore");
    connection.set_statement_timeout(kRestorePatience);
    const auto newer =
        connection.query(kNewer, {source.manifest.begun_at}).only().get<std::int64_t>("n");
    return {
        .says = fmt::format(
            "{}; the one that lives has {} calls and {} entries newer than the backup, of which "
            "the daemons' journals give back those of the last {}; it is kept as "
            "{}_before_TIME. What else was changed since then (devices, people, policies) is "
            "only there",
            is_made, number_of(connection, kCalls), newer,
            core::to_text(config.duration("ledger.keep")), name),
        .overwrites = true};
  } catch (const core::Error& error) {
    if (error.fault().code == core::ExitCode::unavailable) throw;
    return {.says = fmt::format("{}; there is none now ({})", is_made, error.fault().message)};
  }
}

std::string restore_database(cli::Context& context, const RestoreSource& source) {
  const config::Config& config = context.config();
  const Administrator administrator(config, context.value("--admin-url"));
  const Names names = names_of(config, core::system_clock().wall());
  fill(context, source, administrator, names);
  {
    db::Connection owner = db::Connection::open({.url = config.text("db.url"),
                                                 .database = names.fresh,
                                                 .application = "trunkline restore",
                                                 .role = "trunkline_owner",
                                                 .who = db::acting_person()});
    compare_counts(owner, source.manifest);
    owner.set_statement_timeout(kRestorePatience);
    (void)db::Migrator(db::find_migrations()).migrate(owner);
  }
  const std::uint64_t shipped = replay_journals(context, source, names.fresh);
  bool had_living = false;
  {
    db::Connection connection = administrator.open({}, {});
    had_living = has_database(connection, names.living);
  }
  swap_names(administrator, names);
  return fmt::format("{} is restored, with {} entries from journals{}", names.living, shipped,
                     had_living ? fmt::format("; what was there is {}: dropdb {}, once it is not "
                                              "needed",
                                              names.before, names.before)
                                : std::string());
}

}  // namespace trunkline::commands
