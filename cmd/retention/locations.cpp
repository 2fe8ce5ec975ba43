// SPDX-License-Identifier: MIT
#include "retention/locations.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "os/system_fault.h"
#include "storage/cold.h"
#include "storage/dry_run.h"
#include "storage/file.h"
#include "storage/identity.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;
using storage::Tier;

/// Whether some of the newest recordings of that tier are there; nothing where there is none to
/// look for.
std::optional<bool> has_recordings(db::Connection& database, const fs::path& root, Tier tier) {
  static constexpr db::Statement kNewest{
      "SELECT path FROM trunkline.recording"
      " WHERE status = 'complete' AND path IS NOT NULL AND starts_with(path, 'cold/') = $1"
      " ORDER BY started_at DESC, recording DESC LIMIT 50"};
  const db::Rows rows = database.query(kNewest, {tier == Tier::cold});
  if (rows.empty()) return std::nullopt;
  std::error_code ignored;
  for (const db::Row row : rows)
    if (fs::exists(root / row.get<std::string>("path"), ignored)) return true;
  return false;
}

std::unique_ptr<storage::Location> open_known(const fs::path& folder, const core::Uuid& id) {
  return core::value_or_throw(storage::open_file(folder, storage::LocationId(id)));
}

std::unique_ptr<storage::Location> take_as_it_is(const fs::path& folder, Tier tier,
                                                 retention::ErasureJournal& journal) {
  const auto id = core::value_or_throw(storage::mark(folder, core::system_clock().wall()));
  auto location = core::value_or_throw(storage::open_file(folder, id));
  journal.note_location(tier, id.uuid());
  return location;
}

core::Error none_there(const fs::path& folder, std::string_view which) {
  return {ExitCode::unavailable,
          fmt::format("cannot erase recordings: none of the {} is below '{}', whose disk may not "
                      "be mounted",
                      which, folder.string()),
          "mount it; or, where this is the right folder all the same: --adopt"};
}

std::unique_ptr<storage::Location> open_hot(cli::Context& context, db::Connection& database,
                                            retention::ErasureJournal& journal) {
  const fs::path root = context.config().text("recording.path");
  const auto known = journal.location(Tier::hot);
  if (known && !context.has("--adopt")) return open_known(root, *known);
  if (!context.has("--adopt") && has_recordings(database, root, Tier::hot) == false)
    throw none_there(root, "newest");
  return take_as_it_is(root, Tier::hot, journal);
}

/// Nothing where there are no cold recordings.
std::unique_ptr<storage::Location> open_cold(cli::Context& context, db::Connection& database,
                                             retention::ErasureJournal& journal) {
  const fs::path folder = cold_folder(context.config());
  const auto known = journal.location(Tier::cold);
  if (known && !context.has("--adopt")) return open_known(folder, *known);
  const auto there = has_recordings(database, folder.parent_path(), Tier::cold);
  if (!known && !there) return nullptr;
  if (!context.has("--adopt") && there == false) throw none_there(folder, "cold ones");
  return take_as_it_is(folder, Tier::cold, journal);
}

struct stat status_of(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0)
    throw os::system_error(fmt::format("look at '{}'", folder.string()), errno);
  return status;
}

/// What is to become the cold tier must be what recorderd can read, and not the hot tier's own
/// disk, whose folder is there without its own being mounted.
void check_fresh_cold(cli::Context& context, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw core::Error(
        ExitCode::config,
        fmt::format("cannot move recordings: there is no folder '{}'", folder.string()),
        "make it, give it to the owner of recording.path, and mount the cold disk there");
  const struct stat cold = status_of(folder);
  const struct stat hot = status_of(folder.parent_path());
  if (cold.st_uid != hot.st_uid || cold.st_gid != hot.st_gid)
    throw core::Error(
        ExitCode::config,
        fmt::format("cannot move recordings: '{}' is not the recordings' owner's", folder.string()),
        fmt::format("chown --reference={} {} && chmod 0700 {}", folder.parent_path().string(),
                    folder.string(), folder.string()));
  if (cold.st_dev == hot.st_dev && !context.has("--adopt"))
    throw core::Error(
        ExitCode::unavailable,
        fmt::format("cannot move recordings: '{}' is on the hot ones' own disk", folder.string()),
        "mount the cold disk there; or, where it is right all the same: --adopt");
}

}  // namespace

cli::Option adopt_option() {
  return {.name = "--adopt",
          .help = "take recording.path, and cold in it, as they are now for the recordings' own"};
}

fs::path cold_folder(const config::Config& config) {
  return fs::path(config.text("recording.path")) / storage::kColdFolder;
}

std::unique_ptr<storage::Location> open_to_erase(cli::Context& context, db::Connection& database,
                                                 retention::ErasureJournal& journal) {
  auto hot = open_hot(context, database, journal);
  auto cold = open_cold(context, database, journal);
  return cold ? storage::with_cold(std::move(hot), std::move(cold)) : std::move(hot);
}

std::unique_ptr<storage::Location> open_to_move(cli::Context& context, db::Connection& database,
                                                retention::ErasureJournal& journal) {
  auto hot = open_hot(context, database, journal);
  auto cold = open_cold(context, database, journal);
  if (!cold) {
    const fs::path folder = cold_folder(context.config());
    check_fresh_cold(context, folder);
    cold = take_as_it_is(folder, Tier::cold, journal);
  }
  return storage::with_cold(std::move(hot), std::move(cold));
}

std::unique_ptr<storage::Location> open_dry_recordings(cli::Context& context) {
  return storage::dry_run(
      core::value_or_throw(storage::open_file(context.config().text("recording.path"))));
}

}  // namespace trunkline::commands
