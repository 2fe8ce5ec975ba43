// SPDX-License-Identifier: MIT
#include "retention/workplace.h"

#include <fmt/format.h>

#include <filesystem>

#include "archive/items.h"
#include "archive/tidy.h"
#include "core/text.h"
#include "db/tool.h"
#include "keystore/mirror.h"
#include "os/system_fault.h"
#include "retention/locations.h"
#include "retention/site.h"
#include "retention/sweep.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

constexpr core::Milliseconds kErasePatience = std::chrono::minutes(10);

fs::path key_store_path(const config::Config& config) {
  return fs::path(config.text("media.state_dir")) / "keys.db";
}

std::unique_ptr<keystore::KeyStore> open_keys(const config::Config& config) {
  const fs::path path = key_store_path(config);
  std::error_code failure;
  if (fs::exists(path, failure)) return std::make_unique<keystore::KeyStore>(path);
  if (failure) throw os::system_error(fmt::format("look at '{}'", path.string()), failure.value());
  return nullptr;
}

}  // namespace

std::vector<cli::ExitNote> erasing_exits() {
  return {{ExitCode::partly, "something could not be erased now; the next run tries again"},
          {ExitCode::unavailable,
           "the database is away, or the recordings' disk is not mounted: nothing was erased"},
          {ExitCode::try_again, "another run that erases is under way, or the key store is busy"}};
}

db::Connection open_retention(cli::Context& context, std::string_view verb, bool is_read_only) {
  auto connection = db::Connection::open({.url = context.config().text("db.url"),
                                          .application = fmt::format("retention {}", verb),
                                          .role = "trunkline_retention",
                                          .who = db::acting_person(),
                                          .statement_timeout = kErasePatience,
                                          .is_read_only = is_read_only});
  return connection;
}

Workplace::Workplace(cli::Context& context, std::string_view verb)
    : context_(context),
      archives_(archive_folder(context)),
      journal_(core::value_or_throw(
          retention::ErasureJournal::open(context.config().text("retention.state_dir")))),
      database_(open_retention(context, verb, false)),
      keys_(open_keys(context.config())),
      recordings_(open_to_erase(context, database_, journal_)) {}

retention::EraserParts Workplace::parts() {
  return {.database = database_,
          .keys = keys_.get(),
          .recordings = *recordings_,
          .journal = journal_,
          .clock = core::system_clock()};
}

void Workplace::tidy_archives(core::Time now) {
  try {
    const archive::Tidied tidied = archive::tidy(database_, archives_, now);
    for (const archive::Archived& one : tidied.adopted)
      context_.note(fmt::format("{} has the place of a file that is not there any more", one.file));
    if (!tidied.unknown.empty())
      context_.warn(fmt::format("files that the database does not know are not erased in: {}",
                                core::join(tidied.unknown, ", ")),
                    "remove them, where the database has what they hold");
  } catch (const core::Error& error) {
    // Who may not look there has changed nothing there. What is to be erased there is told later.
    if (!database_.is_usable()) throw;
    if (error.fault().code != ExitCode::no_permission)
      context_.warn(error.fault().message, error.fault().hint);
  }
}

void Workplace::resume(core::Time now) {
  tidy_archives(now);
  std::vector<retention::Erasure> begun;
  for (retention::ErasureJournal::Batch& batch : journal_.begun())
    std::move(batch.erasures.begin(), batch.erasures.end(), std::back_inserter(begun));
  note_unreached(archive::reopen_for(database_, archives_, begun));
  archive::Items items(database_, archives_);
  const retention::Erased ended = retention::resume(parts(), now, default_days(context_), items);
  (void)archive_again(now);  // a warning says it, and the end of this run tries again
  if (ended.recordings + ended.calls == 0) return;
  context_.note(fmt::format("ended what an earlier run had begun: {} recordings, {} calls",
                            ended.recordings, ended.calls));
}

retention::Erased Workplace::reapply(const core::Uuid& run, core::Time now) {
  retention::Eraser eraser(parts(), run, retention::RunKind::reapply);
  retention::Erased all;
  const std::vector<retention::Erasure> of_calls = journal_.calls_done();
  (void)archive::attest(database_, archives_, run, of_calls);
  // First there: what is erased in a month counts once.
  const auto reached = archive::erase_in_archives(
      database_, archives_, of_calls, now,
      [&](std::span<const retention::Erasure> calls) { all += eraser.reapply(calls); });
  note_unreached(reached.unreached);
  note_reached(reached.months);
  all += eraser.reapply();
  return all;
}

bool Workplace::archive_again(core::Time now) {
  try {
    if (!archive::superseded(archive::archives(database_), archives_).empty())
      note_unreached(archive::reopen_for(database_, archives_, journal_.calls_done(),
                                         archive::Where::files_of_months_back));
    (void)archive::close(database_, archives_, now);
    return true;
  } catch (const core::Error& error) {
    if (!database_.is_usable()) throw;
    context_.warn(
        fmt::format("months are not archived again yet: {}", error.fault().message),
        "their files still hold what was erased; the next run tries again: retention reapply");
    return false;
  }
}

void Workplace::note_reached(const std::vector<std::string>& months) {
  if (!months.empty())
    context_.note(fmt::format("erased in archived months, too: {}", core::join(months, ", ")));
}

void Workplace::note_unreached(std::span<const archive::Unreached> unreached) {
  for (const archive::Unreached& one : unreached)
    if (unreached_.insert(one.month).second)
      context_.warn(fmt::format("calls of {} are not reached: {}", one.month, one.fault.message),
                    "bring the file back from a backup, and run this again");
}

void Workplace::reapply_if_restored(core::Time now) {
  const auto last = journal_.last_run();
  if (!last || retention::find_run(database_, *last)) return;
  context_.warn("the database is older than the erasure journal: what was erased is erased again",
                "was it restored? the tool for that: retention reapply");
  const auto id = core::Uuid::make(now);
  (void)run(id, retention::RunKind::reapply, now, 0, [&] { return reapply(id, now); });
  journal_.note_run(id);
}

retention::Erased Workplace::run(const core::Uuid& id, retention::RunKind kind, core::Time now,
                                 std::uint64_t withheld,
                                 const std::function<retention::Erased()>& erase) {
  retention::begin_run(database_, id, kind, now);
  journal_.note_run(id);
  try {
    retention::Erased erased = erase();
    retention::end_run(
        database_, id, core::system_clock().wall(),
        {.outcome = erased.failed > 0 ? "partly" : "done", .withheld = withheld, .erased = erased});
    return erased;
  } catch (const core::Error& error) {
    // Where the database is away as well, the next run notes that this one was interrupted.
    try {
      retention::end_run(
          database_, id, core::system_clock().wall(),
          {.outcome = "failed", .withheld = withheld, .message = error.fault().message});
    } catch (const core::Error&) {
      context_.warn("the database does not know how this run ended");
    }
    throw;
  }
}

void Workplace::refuse(core::Time now, const std::string& why) {
  const auto id = core::Uuid::make(now);
  retention::begin_run(database_, id, retention::RunKind::sweep, now);
  retention::end_run(database_, id, now, {.outcome = "refused", .message = why});
}

bool Workplace::refresh_mirror() {
  const std::string mirror = context_.config().text("recording.key_mirror");
  if (mirror.empty() || !keys_) return true;
  const auto copied = keystore::copy_to_mirror(keys_->path(), mirror);
  if (copied) return true;
  context_.warn(
      fmt::format("the mirror still holds keys that were erased: {}", copied.error().message),
      "recorderd tries again every few seconds; or: trunkline keys mirror --now");
  return false;
}

std::string shown(const cli::Output& out, std::uint64_t recordings, std::int64_t bytes,
                  std::uint64_t calls) {
  const auto size = core::ByteCount(static_cast<std::uint64_t>(std::max<std::int64_t>(0, bytes)));
  return fmt::format("{} recordings ({}) and {} calls", out.count(recordings), out.size(size),
                     out.count(calls));
}

}  // namespace trunkline::commands
