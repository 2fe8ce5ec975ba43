// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "core/text.h"
#include "os/atomic_file.h"
#include "os/priority.h"
#include "retention/commands.h"
#include "retention/locations.h"
#include "retention/mover.h"
#include "retention/walk.h"
#include "retention/workplace.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;
using storage::Tier;

struct MovedTotals {
  std::uint64_t moved = 0;
  std::uint64_t failed = 0;
  std::uint64_t bytes = 0;
};

class Moving {
 public:
  Moving(cli::Context& context, core::Time before)
      : context_(context),
        from_(context.has("--back") ? Tier::cold : Tier::hot),
        before_(before),
        database_(open_database()),
        recordings_(open_recordings()),
        mover_({.database = database_,
                .recordings = *recordings_,
                .root = context.config().text("recording.path")}) {}

  ExitCode run() {
    const core::SteadyTime begun = core::system_clock().steady();
    if (!is_dry()) settle_last();
    const bool is_whole = walk_recordings<retention::Movable>(
        context_, {.page =
                       [&](core::RecordingId after, int at_most) {
                         return retention::movable(database_, from_, before_, after, at_most);
                       },
                   .state =
                       [&] {
                         return fmt::format("{} moved, {}", totals_.moved,
                                            context_.out().size(core::ByteCount(totals_.bytes)));
                       },
                   .take = [&](const retention::Movable& one) { return take(one); }});
    if (!is_dry()) forget_last();
    print(begun);
    return walk_exit(context_, is_whole, totals_.failed);
  }

 private:
  bool is_dry() const { return context_.has("--dry-run"); }

  db::Connection open_database() {
    db::Connection opened = open_retention(context_, "move", is_dry());
    if (!is_dry() && !retention::take_move_lock(opened))
      throw core::Error(ExitCode::try_again, "cannot move recordings: another run does",
                        "try again when it is done");
    return opened;
  }
  std::unique_ptr<storage::Location> open_recordings() {
    if (is_dry()) return open_dry_recordings(context_);
    // Not longer than for this: a sweep need not wait until all have moved.
    auto journal = core::value_or_throw(
        retention::ErasureJournal::open(context_.config().text("retention.state_dir")));
    return open_to_move(context_, database_, journal);
  }

  /// What a run that was killed had in hand.
  void settle_last() {
    constexpr core::ByteCount kLongest{2'000};
    const auto text = os::read_text_file(in_hand_, kLongest);
    if (!text && text.error().code == ExitCode::no_input) return;
    if (!text) throw core::Error(text.error());
    const std::string_view line = core::trim(*text);
    const std::size_t space = std::min(line.find(' '), line.size());
    if (const auto recording = core::RecordingId::parse(line.substr(0, space)))
      core::value_or_throw(mover_.settle(
          {.recording = *recording, .path = std::string(core::trim(line.substr(space)))}));
    forget_last();
  }
  void take_in_hand(const retention::Movable& one) const {
    const std::string line = fmt::format("{} {}\n", one.recording.text(), one.path);
    core::value_or_throw(os::write_atomically(in_hand_, core::as_bytes(line), 0600));
  }
  void forget_last() const {
    std::error_code ignored;  // it settles what is settled
    std::filesystem::remove(in_hand_, ignored);
  }

  /// False where it failed.
  bool take(const retention::Movable& one) {
    if (!is_dry()) take_in_hand(one);
    const auto moved = is_dry() ? look(one) : mover_.move(one);
    if (moved) {
      if (*moved) {
        ++totals_.moved;
        totals_.bytes += (**moved).value();
      }
      return true;
    }
    ++totals_.failed;
    context_.warn(fmt::format("recording {} stays where it is: {}", one.recording.text(),
                              moved.error().message),
                  moved.error().hint);
    // A disk that is full, broken or away is so for the next one, too.
    if (moved.error().code == ExitCode::io || moved.error().code == ExitCode::unavailable)
      throw core::Error(moved.error());
    return false;
  }

  core::Result<std::optional<core::ByteCount>> look(const retention::Movable& one) const {
    const auto name = storage::Name::parse(one.path);
    if (!name) return tl::unexpected(name.error());
    const auto status = recordings_->stat(*name);
    if (!status) return tl::unexpected(status.error());
    return status->bytes;
  }

  void print(core::SteadyTime begun) {
    cli::Output& out = context_.out();
    const auto took =
        std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
    const std::string_view to = from_ == Tier::hot ? "cold" : "hot";
    out.record("move.v1",
               {{is_dry() ? "would move" : "moved",
                 fmt::format("{} recordings ({}) to the {} tier", out.count(totals_.moved),
                             out.size(core::ByteCount(totals_.bytes)), to)},
                {"failed", out.count(totals_.failed)}},
               {{"is_dry_run", is_dry()},
                {"to", to},
                {"moved", totals_.moved},
                {"failed", totals_.failed},
                {"bytes", totals_.bytes},
                {"duration_ms", took.count()}});
    out.flush();
  }

  cli::Context& context_;
  const Tier from_;
  const core::Time before_;
  db::Connection database_;
  std::unique_ptr<storage::Location> recordings_;
  retention::Mover mover_;
  /// Names the recording that is moved now, and where it was.
  const std::filesystem::path in_hand_ =
      std::filesystem::path(context_.config().text("retention.state_dir")) / "moving";
  MovedTotals totals_;
};

/// Nothing where no age is set.
std::optional<core::Time> moment_before(cli::Context& context) {
  const core::Time now = core::system_clock().wall();
  if (const auto given = context.duration("--older-than")) return now - *given;
  if (context.has("--back")) return now;
  const core::Milliseconds age = context.config().duration("retention.cold_after");
  if (age.count() == 0) return std::nullopt;
  return now - age;
}

core::ExitCode move_recordings(cli::Context& context) {
  const auto before = moment_before(context);
  if (!before) {
    context.note("nothing moves: retention.cold_after is not set");
    return ExitCode::done;
  }
  os::give_way();
  return Moving(context, *before).run();
}

}  // namespace

cli::Command move() {
  return {
      .path = "move",
      .summary = "move older recordings to the cold tier, another disk, and back",
      .description =
          "The cold tier is the folder cold in recording.path, at which a larger or cheaper disk "
          "is "
          "mounted. The file of each recording that is old enough is copied there and read back; "
          "only then the old one goes. The recording keeps its id, its key and its account; what "
          "plays, exports, packs, verifies, backs up and erases it finds it in either tier.\n\n"
          "The first time the folder must be there, the recordings' owner's, and another disk than "
          "the hot one. From then on it is known by a marker in it: when it is not mounted, "
          "nothing "
          "moves and nothing is erased, and nothing passes for erased.\n\n"
          "It takes the processor and the disk when nobody else wants them, and may be stopped at "
          "any moment, also by kill -9: each recording has a whole file in one of the two, and the "
          "next run does the rest. Each is noted in the audit log. The next backup with plain "
          "files copies what has moved once more; restic and rclone know it by its contents.",
      .options = {{.name = "--older-than",
                   .help = "that ended before; otherwise retention.cold_after",
                   .value = "DURATION"},
                  {.name = "--back", .help = "from the cold tier to the hot one, whatever the age"},
                  {.name = "--limit", .help = "so many recordings at the most", .value = "COUNT"},
                  adopt_option(),
                  {.name = "--dry-run", .help = "say how many are due, and change nothing"}},
      .exits = {{ExitCode::partly, "some recordings could not be moved and stay where they are"},
                {ExitCode::unavailable,
                 "the database is away, or a tier's disk is not mounted: nothing was moved"},
                {ExitCode::io, "a disk is full or broken"},
                {ExitCode::try_again, "another run moves or erases"},
                {ExitCode::config, "there is no cold folder, or it is somebody else's"}},
      .examples = {{"retention move --dry-run", "how many are due"},
                   {"retention move --older-than 30d --limit 100", "the oldest hundred"},
                   {"retention move --back", "all of them home again"}},
      .run = move_recordings};
}

}  // namespace trunkline::commands
