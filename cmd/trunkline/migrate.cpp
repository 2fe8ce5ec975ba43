// SPDX-License-Identifier: MIT
#include "cli/context.h"
#include "db/migrator.h"
#include "db/tool.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

std::string_view state_of(const db::Migration& migration) {
  if (migration.is_missing) return "unknown";
  if (migration.is_changed) return "changed";
  return migration.applied_at ? "applied" : "pending";
}

cli::Cell state_cell(const db::Migration& migration) {
  const std::string state(state_of(migration));
  if (migration.is_missing || migration.is_changed) return {state, cli::Color::red};
  return {state, migration.applied_at ? cli::Color::green : cli::Color::yellow};
}

core::ExitCode migrate_schema(cli::Context& context) {
  const db::Migrator migrator(db::find_migrations());
  db::Connection connection = db::Connection::open({.url = context.config().text("db.url"),
                                                    .application = "trunkline migrate",
                                                    .role = "trunkline_owner",
                                                    .who = db::acting_person()});
  const bool is_question = context.has("--status");
  const std::vector<db::Migration> migrations =
      is_question ? migrator.status(connection) : migrator.migrate(connection);
  if (migrations.empty()) context.note("the schema is up to date");
  context.out().table("migration.v1", {{"MIGRATION"}, {"STATE"}, {"APPLIED"}});
  for (const db::Migration& migration : migrations) {
    core::Json object{
        {"version", migration.version}, {"name", migration.name}, {"state", state_of(migration)}};
    std::string applied;
    if (migration.applied_at) {
      object["applied_at"] = core::to_rfc3339(*migration.applied_at);
      applied = context.out().time(*migration.applied_at);
    }
    context.out().row({migration.name, state_cell(migration), applied}, std::move(object));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command migrate() {
  return {.path = "migrate",
          .summary = "bring the database's schema up to date",
          .description =
              "Applies the migrations of this release that the database lacks, each in a "
              "transaction of its own, and lists them. Only one runs at a time; what was applied "
              "is not applied again, and a file that changed after it was applied is an error.",
          .options = {{.name = "--status", .help = "change nothing; list all and their state"}},
          .exits = {{core::ExitCode::config,
                     "an applied migration was changed, or is newer than "
                     "this release"},
                    {core::ExitCode::try_again, "another migration is running"}},
          .examples = {{"trunkline migrate --status", "what would be done"},
                       {"trunkline migrate", "do it, after an upgrade"}},
          .run = migrate_schema};
}

}  // namespace trunkline::commands
