// SPDX-License-Identifier: MIT
#include "backup/database.h"

#include <fmt/format.h>

#include "backup/copy.h"
#include "backup/manifest.h"
#include "backup/tool.h"
#include "core/text.h"
#include "db/service_file.h"
#include "db/transaction.h"
#include "os/atomic_file.h"

namespace trunkline::backup {
namespace {

namespace fs = std::filesystem;

/// Counting and restoring a large ledger takes its time.
constexpr core::Milliseconds kDumpPatience = std::chrono::hours(24);
constexpr std::string_view kSection = "trunkline";

/// libpq's service file, gone with the object.
class ServiceFile {
 public:
  ServiceFile(const fs::path& work, const std::string& url, const std::string& database)
      : path_(work / "pg_service.conf") {
    const std::string text = core::value_or_throw(db::service_text(url, kSection, database));
    core::value_or_throw(make_folders(work));
    core::value_or_throw(os::write_atomically(path_, core::as_bytes(text), 0600));
  }
  ~ServiceFile() {
    std::error_code ignored;  // only its owner can read it
    fs::remove(path_, ignored);
  }
  ServiceFile(const ServiceFile&) = delete;
  ServiceFile& operator=(const ServiceFile&) = delete;

  os::Command command(const char* program, std::vector<std::string> words) const {
    words.insert(words.begin(), (core::value_or_throw(postgres_programs()) / program).string());
    words.push_back(fmt::format("--dbname=service={}", kSection));
    return {.arguments = std::move(words), .environment = {{"PGSERVICEFILE", path_.string()}}};
  }

 private:
  fs::path path_;
};

std::string text_of(db::Connection& connection, db::Statement question) {
  return connection.query(question).only().get<std::string>("answer");
}

core::Json facts_of(db::Connection& connection) {
  static constexpr db::Statement kMigration{
      "SELECT coalesce(max(version), 0)::text AS answer FROM trunkline.schema_migrations"};
  static constexpr db::Statement kServer{"SELECT current_setting('server_version') AS answer"};
  static constexpr db::Statement kName{"SELECT current_database()::text AS answer"};
  static constexpr db::Statement kNodes{
      "SELECT node_id, watermark FROM trunkline.ledger_node ORDER BY node_id"};
  core::Json nodes = core::Json::object();
  for (const db::Row row : connection.query(kNodes))
    nodes[row.get<core::Uuid>("node_id").text()] = row.get<std::int64_t>("watermark");
  return {{"name", text_of(connection, kName)},
          {"server", text_of(connection, kServer)},
          {"migration", text_of(connection, kMigration)},
          {"nodes", nodes},
          {"tables", to_json(count_rows(connection))}};
}

}  // namespace

core::Result<fs::path> postgres_programs() {
  std::uint64_t newest = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const auto version = core::parse_unsigned(entry.path().filename().string());
    if (version && *version > newest && fs::exists(entry.path() / "bin/pg_dump", ignored))
      newest = *version;
  }
  if (newest == 0)
    return core::fault(core::ExitCode::config, "PostgreSQL's programs are not installed",
                       "apt-get install postgresql");
  return fs::path("/usr/lib/postgresql") / std::to_string(newest) / "bin";
}

Counts count_rows(db::Connection& connection) {
  static constexpr db::Statement kCounts{
      "SELECT table_name, rows_in_it FROM trunkline.table_counts()"};
  connection.set_statement_timeout(kDumpPatience);
  Counts counts;
  for (const db::Row row : connection.query(kCounts))
    counts[row.get<std::string>("table_name")] = row.get<std::int64_t>("rows_in_it");
  return counts;
}

core::Json to_json(const Counts& counts) {
  core::Json json = core::Json::object();
  for (const auto& [table, rows] : counts) json[table] = rows;
  return json;
}

Counts counts_of(const core::Json& json) {
  Counts counts;
  for (const auto& [table, rows] : json.items())
    if (rows.is_number_integer()) counts[table] = rows.get<std::int64_t>();
  return counts;
}

core::Json dump_database(const DumpOptions& options) {
  static constexpr db::Statement kSnapshot{"SELECT pg_export_snapshot() AS answer"};
  db::Connection connection = db::Connection::open({.url = options.url,
                                                    .application = "trunkline backup",
                                                    .role = "trunkline_owner",
                                                    .statement_timeout = kDumpPatience});
  // The transaction waits for pg_dump, which sees what it sees.
  connection.run_script("SET idle_in_transaction_session_timeout = 0");
  const db::Transaction moment(connection, db::Isolation::read_only_snapshot);
  const std::string snapshot = text_of(connection, kSnapshot);
  core::Json facts = facts_of(connection);
  const ServiceFile service(options.work, options.url, {});
  // As the owner, whom row-level security does not bind.
  const auto dumped = run_tool(service.command(
      "pg_dump", {"--format=directory", fmt::format("--jobs={}", options.jobs),
                  fmt::format("--snapshot={}", snapshot), "--role=trunkline_owner", "--no-password",
                  "--lock-wait-timeout=60s", "--schema=trunkline",
                  fmt::format("--file={}", (options.folder / kDatabase).string())}));
  if (!dumped) throw core::Error(dumped.error());
  return facts;
}

void load_dump(const DumpOptions& options, const std::string& database) {
  const ServiceFile service(options.work, options.url, database);
  const auto loaded = run_tool(
      service.command("pg_restore", {"--format=directory", fmt::format("--jobs={}", options.jobs),
                                     "--no-owner", "--role=trunkline_owner", "--exit-on-error",
                                     "--no-password", (options.folder / kDatabase).string()}));
  if (!loaded) throw core::Error(loaded.error());
}

std::set<std::string> ended_of(db::Connection& connection, const std::vector<std::string>& paths) {
  static constexpr db::Statement kEnded{
      "SELECT path FROM trunkline.recording WHERE path = ANY($1) AND ended_at IS NOT NULL"};
  std::set<std::string> ended;
  if (paths.empty()) return ended;
  for (const db::Row row : connection.query(kEnded, {db::Value::array(paths)}))
    ended.insert(row.get<std::string>("path"));
  return ended;
}

}  // namespace trunkline::backup
