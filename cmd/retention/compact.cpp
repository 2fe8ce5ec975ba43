// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "core/text.h"
#include "db/tool.h"
#include "db/transaction.h"
#include "keystore/key_ring.h"
#include "keystore/key_store.h"
#include "os/priority.h"
#include "packing/compaction.h"
#include "retention/commands.h"
#include "retention/compact_rows.h"
#include "retention/walk.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;

constexpr core::Milliseconds kCompactPatience = std::chrono::minutes(5);

/// What became of one recording.
enum class Fate : std::uint8_t {
  packed,
  kept,    ///< it would not become smaller
  passed,  ///< it was erased, or changed, since it was listed
  failed,
};

struct PackedTotals {
  std::uint64_t packed = 0;
  std::uint64_t kept = 0;
  std::uint64_t failed = 0;
  std::uint64_t bytes_before = 0;  ///< of those that were packed
  std::uint64_t bytes_after = 0;
};

class Compacting {
 public:
  explicit Compacting(cli::Context& context)
      : context_(context),
        root_(context.config().text("recording.path")),
        wanted_(wanted_packing(context)),
        before_(core::system_clock().wall() - age(context)),
        connection_(db::Connection::open({.url = context.config().text("db.url"),
                                          .application = "retention compact",
                                          .role = "trunkline_retention",
                                          .who = db::acting_person(),
                                          .statement_timeout = kCompactPatience,
                                          .is_read_only = context.has("--dry-run")})),
        keys_(fs::path(context.config().text("media.state_dir")) / "keys.db",
              core::value_or_throw(
                  keystore::KeyRing::load(context.config().text("recording.key_ring")))) {
    if (!fs::is_directory(root_))
      throw core::Error(ExitCode::unavailable,
                        fmt::format("cannot find the recordings' folder '{}'", root_.string()),
                        fmt::format("is its disk mounted? findmnt -T {}", root_.string()));
  }

  ExitCode run() {
    const core::SteadyTime begun = core::system_clock().steady();
    const bool is_whole = walk_recordings<retention::CompactCandidate>(
        context_, {.page =
                       [&](core::RecordingId after, int at_most) {
                         return retention::compact_candidates(connection_, before_, after, at_most);
                       },
                   .state =
                       [&] {
                         return fmt::format(
                             "{} packed, {} to {}", totals_.packed,
                             context_.out().size(core::ByteCount(totals_.bytes_before)),
                             context_.out().size(core::ByteCount(totals_.bytes_after)));
                       },
                   .take =
                       [&](const retention::CompactCandidate& one) {
                         if (is_dry()) return count_dry(one);
                         return take(one) != Fate::failed;
                       }});
    print(begun);
    return walk_exit(context_, is_whole, totals_.failed);
  }

 private:
  static sealed::Packing wanted_packing(cli::Context& context) {
    const std::string name = context.has("--codec")
                                 ? context.value("--codec")
                                 : context.config().text("retention.compact_codec");
    return name == "opus" ? sealed::Packing::opus : sealed::Packing::flac;
  }
  static core::Milliseconds age(cli::Context& context) {
    const auto given = context.duration("--older-than");
    return given ? *given : context.config().duration("retention.compact_after");
  }
  bool is_dry() const { return context_.has("--dry-run"); }

  bool count_dry(const retention::CompactCandidate& candidate) {
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(root_ / candidate.path, failure);
    ++(failure ? totals_.failed : totals_.packed);
    if (!failure) totals_.bytes_before += bytes;
    return true;
  }

  Fate take(const retention::CompactCandidate& candidate) {
    const auto fate = compact(candidate);
    if (fate) return *fate;
    ++totals_.failed;
    context_.warn(fmt::format("recording {} stays as it is: {}", candidate.recording.text(),
                              fate.error().message),
                  fate.error().hint);
    // A disk that is full or broken is so for the next one, too.
    if (fate.error().code == ExitCode::io) throw core::Error(fate.error());
    return Fate::failed;
  }

  core::Result<Fate> compact(const retention::CompactCandidate& candidate) {
    auto work = packing::Compaction::begin(root_ / candidate.path, candidate.recording, keys_);
    if (!work) return tl::unexpected(work.error());
    // A run that was killed packed it, and did not come to say so.
    if (work->packing() != sealed::Packing::none)
      return note(candidate, *work, work->packing(), work->bytes(),
                  [] { return core::Result<void>{}; });
    const sealed::Packing packing = work->possible(wanted_);
    const auto bytes = work->write(packing);
    if (!bytes) return tl::unexpected(bytes.error());
    if (*bytes >= work->bytes()) return keep(candidate, *work);
    return note(candidate, *work, packing, *bytes, [&] { return work->commit(); });
  }

  /// Puts the file into its place and says so, unless the recording was erased meanwhile: no sweep
  /// comes in between.
  core::Result<Fate> note(const retention::CompactCandidate& candidate,
                          const packing::Compaction& work, sealed::Packing packing,
                          core::ByteCount bytes, const std::function<core::Result<void>()>& put) {
    db::Transaction transaction(connection_);
    if (!retention::may_compact(connection_, candidate)) return Fate::passed;
    if (auto done = put(); !done) return tl::unexpected(done.error());
    retention::note_compacted(connection_, candidate.recording, name_of(packing),
                              work.key_id().value(), bytes);
    transaction.commit();
    ++totals_.packed;
    totals_.bytes_before += work.bytes().value();
    totals_.bytes_after += bytes.value();
    return Fate::packed;
  }

  core::Result<Fate> keep(const retention::CompactCandidate& candidate,
                          const packing::Compaction& work) {
    db::Transaction transaction(connection_);
    if (!retention::may_compact(connection_, candidate)) return Fate::passed;
    retention::note_compacted(connection_, candidate.recording, candidate.codec, candidate.key_id,
                              work.bytes());
    transaction.commit();
    ++totals_.kept;
    return Fate::kept;
  }

  void print(core::SteadyTime begun) {
    cli::Output& out = context_.out();
    const auto took =
        std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
    const core::ByteCount before(totals_.bytes_before);
    const core::ByteCount after(totals_.bytes_after);
    std::vector<cli::Field> fields{
        {is_dry() ? "would pack" : "packed",
         fmt::format("{} recordings", out.count(totals_.packed))},
        {"size", is_dry() ? out.size(before)
                          : fmt::format("{} instead of {}", out.size(after), out.size(before))},
        {"kept", fmt::format("{} would not become smaller", out.count(totals_.kept))},
        {"failed", out.count(totals_.failed)}};
    core::Json object{{"is_dry_run", is_dry()},     {"codec", name_of(wanted_)},
                      {"packed", totals_.packed},   {"kept", totals_.kept},
                      {"failed", totals_.failed},   {"bytes_before", totals_.bytes_before},
                      {"duration_ms", took.count()}};
    if (!is_dry()) object["bytes_after"] = totals_.bytes_after;
    out.record("compact.v1", fields, std::move(object));
    out.flush();
  }

  cli::Context& context_;
  const fs::path root_;
  const sealed::Packing wanted_;
  const core::Time before_;
  db::Connection connection_;
  keystore::KeyStore keys_;
  PackedTotals totals_;
};

core::ExitCode compact_recordings(cli::Context& context) {
  os::give_way();
  return Compacting(context).run();
}

}  // namespace

cli::Command compact() {
  return {
      .path = "compact",
      .summary = "pack the samples of older recordings by FLAC or Opus",
      .description =
          "Writes the file of each recording that is old enough anew, with its samples packed, "
          "reads it back, compares it with the old one (by FLAC every sample, by Opus the length), "
          "and only then puts it into the old one's place. The recording keeps its id, its "
          "account, "
          "its path and its key; what plays, exports and verifies it does not see the difference, "
          "except that by Opus it sounds like Opus. A recording that would not become smaller "
          "stays as it is.\n\n"
          "It takes the processor and the disk when nobody else wants them, and may be stopped at "
          "any moment, also by kill -9: each recording has one file in its place that can be "
          "read, and the next run does the rest. Each is noted in the audit log.",
      .options = {{.name = "--older-than",
                   .help = "that ended before; otherwise retention.compact_after",
                   .value = "DURATION"},
                  {.name = "--codec",
                   .help = "flac or opus; otherwise retention.compact_codec",
                   .value = "CODEC",
                   .choices = {"flac", "opus"}},
                  {.name = "--limit", .help = "so many recordings at the most", .value = "COUNT"},
                  {.name = "--dry-run", .help = "say how many are due, and change nothing"}},
      .exits = {{ExitCode::partly, "some recordings could not be packed and stay as they are"},
                {ExitCode::unavailable,
                 "the database is away, or the recordings' disk is not mounted"},
                {ExitCode::io, "the disk is full or broken"}},
      .examples = {{"retention compact --dry-run", "how many are due"},
                   {"retention compact --older-than 30d --limit 100", "the oldest hundred"}},
      .run = compact_recordings};
}

}  // namespace trunkline::commands
