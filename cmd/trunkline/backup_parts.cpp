// SPDX-License-Identifier: MIT
#include "trunkline/backup_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "archive/tidy.h"
#include "backup/copy.h"
#include "backup/database.h"
#include "db/tool.h"
#include "journal/extract.h"
#include "journal/reader.h"
#include "storage/cold.h"
#include "storage/identity.h"
#include "verify/engine.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

/// A recording that nobody says has ended is left alone while its file is this young: a live one is
/// written every two seconds.
constexpr core::Seconds kSettled{60};

core::Json copy_daemon_journal(const fs::path& state, std::string_view daemon,
                               const fs::path& folder, const core::Json& nodes) {
  const fs::path source = state / "journal.db";
  std::error_code failure;
  if (!fs::exists(source, failure)) {
    if (failure)
      throw core::Error(core::ExitCode::no_permission,
                        fmt::format("cannot look at '{}': {}", source.string(), failure.message()),
                        "run it as root");
    return core::Json();
  }
  const fs::path target = folder / backup::kJournals / fmt::format("{}.db", daemon);
  core::value_or_throw(backup::make_folders(target.parent_path()));
  const std::string node = journal::JournalReader(source).node().text();
  const std::int64_t shipped = core::number_at(nodes, node);
  const auto extracted =
      journal::extract(source, journal::Sequence(static_cast<std::uint64_t>(shipped)), target);
  return {{"daemon", daemon},
          {"node", node},
          {"first", extracted.first.value()},
          {"last", extracted.last.value()}};
}

/// Files that may still be written to.
std::set<std::string> unsettled(const config::Config& config, const verify::Files& files) {
  const core::Time now = core::system_clock().wall();
  std::vector<std::string> young;
  for (const auto& [id, path] : files.recordings) {
    const auto file = backup::look_at(config.text("recording.path"), path);
    if (!file) continue;  // gone meanwhile: take() says so
    const core::Time changed = core::from_microseconds(file->mtime_ns / 1000);
    if (changed > now - kSettled) young.push_back(path);
  }
  if (young.empty()) return {};
  db::Connection connection = db::open_to_read(config, "trunkline backup");
  const std::set<std::string> ended = backup::ended_of(connection, young);
  std::set<std::string> left;
  for (const std::string& path : young)
    if (!ended.contains(path)) left.insert(path);
  return left;
}

/// Recordings of a backup that lay in the cold tier.
std::uint64_t count_cold(const std::vector<backup::FileEntry>& files) {
  return static_cast<std::uint64_t>(std::ranges::count_if(files, [&](const auto& file) {
    return backup::is_of(file.path, backup::kRecordings) &&
           storage::is_cold(file.path.substr(backup::kRecordings.size() + 1));
  }));
}

bool has_cold_disk(const fs::path& root) {
  const auto identity = storage::identity_of(root / storage::kColdFolder);
  return identity && identity->has_value();
}

core::Error none_there(const fs::path& folder, std::int64_t rows, std::uint64_t had) {
  return {core::ExitCode::io,
          fmt::format("there is no recording in '{}', but {} in the ledger and {} in the last "
                      "backup",
                      folder.string(), rows, had),
          "is its disk mounted? if they are truly gone: trunkline backup --full"};
}

verify::Files find_recordings(const config::Config& config, const backup::Manifest* before,
                              std::int64_t rows) {
  const fs::path root = config.text("recording.path");
  const bool had_some = before != nullptr && before->has(backup::kRecordings);
  if (rows == 0 && !had_some && !fs::exists(root)) return {};
  verify::Files files = core::value_or_throw(verify::find_files(root));
  if (files.recordings.empty() && rows > 0 && had_some)
    throw none_there(root, rows, before->size_of(backup::kRecordings).first);
  const std::uint64_t cold = had_some ? count_cold(before->files) : 0;
  if (cold > 0 && !has_cold_disk(root)) throw none_there(root / storage::kColdFolder, rows, cold);
  return files;
}

}  // namespace

core::Json copy_configuration(cli::Context& context, const fs::path& folder) {
  const auto sources =
      config::Sources::of_process(context.flags().config_file, context.flags().overrides);
  core::Json names = core::Json::array();
  const auto copy = [&](const fs::path& file, const std::string& name) {
    (void)core::value_or_throw(backup::copy_file(file.parent_path(), file.filename().string(),
                                                 folder / backup::kConfiguration / name));
    names.push_back(name);
  };
  if (fs::exists(sources.file)) copy(sources.file, "trunkline.toml");
  const fs::path fragments = config::fragment_folder(sources.file);
  std::error_code ignored;  // it need not be there
  for (const auto& entry : fs::directory_iterator(fragments, ignored))
    if (entry.path().extension() == ".toml")
      copy(entry.path(), fmt::format("trunkline.d/{}", entry.path().filename().string()));
  return {{"files", names}};
}

core::Json copy_journals(cli::Context& context, const fs::path& folder, const core::Json& nodes) {
  const config::Config& config = context.config();
  core::Json journals = core::Json::array();
  for (const auto& [daemon, setting] :
       {std::pair("sipd", "sip.state_dir"), std::pair("recorderd", "media.state_dir")}) {
    core::Json one = copy_daemon_journal(config.text(setting), daemon, folder, nodes);
    if (one.is_object()) journals.push_back(std::move(one));
  }
  return journals;
}

core::Json copy_archives(cli::Context& context, const fs::path& folder, LeftOut& left) {
  const fs::path source = context.config().text("ledger.archive_dir");
  std::set<std::string> seen;
  std::uint64_t copied = 0;
  // Until nothing is new: where an erasure made a month another file, the one before is gone.
  for (bool is_new = true; is_new;) {
    is_new = false;
    for (const std::string& name : archive::files_in(source)) {
      if (!seen.insert(name).second) continue;
      is_new = true;
      const auto entry = backup::copy_file(source, name, folder / backup::kArchives / name);
      if (!entry && entry.error().code == core::ExitCode::no_input) continue;
      if (!entry) throw core::Error(entry.error());
      ++copied;
    }
  }
  db::Connection connection = db::open_to_read(context.config(), "trunkline backup");
  for (const archive::Archived& one : archive::archives(connection))
    if (one.counts() && !archive::is_there(source, one))
      left.emplace_back(fmt::format("the archived month {}", one.file),
                        "its file is not in ledger.archive_dir, or cut: cdrctl archive verify");
  return {{"files", copied}};
}

RecordingsTaken take_recordings(cli::Context& context, backup::Repository& repository,
                                const backup::Manifest* before, std::int64_t rows,
                                const cli::InterruptHold& interrupt) {
  const config::Config& config = context.config();
  const verify::Files found = find_recordings(config, before, rows);
  std::map<std::string_view, const backup::FileEntry*> old;
  if (before != nullptr && !context.has("--full"))
    for (const backup::FileEntry& file : before->files) old[file.path] = &file;
  RecordingsTaken taken;
  const std::set<std::string> live = unsettled(config, found);
  taken.left_out.assign(live.begin(), live.end());
  for (const auto& [id, path] : found.recordings) {
    if (interrupt.is_requested()) return taken;
    if (live.contains(path)) continue;
    std::string named = fmt::format("{}/{}", backup::kRecordings, path);
    auto known = old.find(named);
    auto entry = repository.take(named, known == old.end() ? nullptr : known->second);
    // Moved to the other tier since the list was made.
    if (!entry && entry.error().code == core::ExitCode::no_input) {
      named = fmt::format("{}/{}", backup::kRecordings, storage::twin_of(path));
      known = old.find(named);
      entry = repository.take(named, known == old.end() ? nullptr : known->second);
    }
    // Written to, or erased, since the list was made.
    if (!entry && entry.error().code == core::ExitCode::try_again) taken.left_out.push_back(path);
    if (!entry && (entry.error().code == core::ExitCode::try_again ||
                   entry.error().code == core::ExitCode::no_input))
      continue;
    taken.files.push_back(core::value_or_throw(std::move(entry)));
    if (known != old.end() && *known->second == taken.files.back()) continue;
    ++taken.fresh_files;
    taken.fresh_bytes += taken.files.back().size;
  }
  taken.facts = {{"files", taken.files.size()}, {"left_out", taken.left_out}};
  return taken;
}

}  // namespace trunkline::commands
