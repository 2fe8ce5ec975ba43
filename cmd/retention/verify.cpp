// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "core/text.h"
#include "crypto/random.h"
#include "db/tool.h"
#include "keystore/key_ring.h"
#include "keystore/key_store.h"
#include "os/host_name.h"
#include "retention/commands.h"
#include "retention/locations.h"
#include "retention/site.h"
#include "retention/verify_runs.h"
#include "storage/cold.h"
#include "storage/identity.h"
#include "verify/engine.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;
using core::ExitCode;
using verify::Finding;

constexpr core::Milliseconds kVerifyPatience = std::chrono::minutes(5);
/// What a killed run does again is a second's work.
constexpr core::Milliseconds kBetweenNotes{1'000};
/// File, key and row of a recording appear one after the other, the row when it is shipped.
constexpr core::Seconds kSettles = std::chrono::hours(1);
constexpr std::uint64_t kMostThreads = 64;

std::uint32_t per_thousand(cli::Context& context) {
  if (!context.has("--sample")) return 1000;
  const std::string text = context.value("--sample");
  char* end = nullptr;
  const double percent = std::strtod(text.c_str(), &end);
  const double thousandth = std::round(percent * 10);
  if (end == text.c_str() || std::string_view(end) != "%" ||
      !(thousandth >= 1 && thousandth <= 1000))
    throw core::Error(ExitCode::usage,
                      fmt::format("cannot read '{}' as a share", core::printable(text)),
                      "such as 5%, from 0.1% to 100%");
  return static_cast<std::uint32_t>(thousandth);
}

std::uint64_t rate(cli::Context& context) {
  if (!context.has("--rate")) return 0;
  return core::value_or_throw(core::parse_size(context.value("--rate"))).value();
}

unsigned threads(cli::Context& context) {
  const auto count = context.number("--threads").value_or(1);
  if (count < 1 || count > kMostThreads)
    throw core::Error(ExitCode::usage, fmt::format("--threads must be from 1 to {}", kMostThreads));
  return static_cast<unsigned>(count);
}

void print_finding(cli::Output& out, const Finding& finding) {
  core::Json object{
      {"what", name_of(finding.what)}, {"message", finding.message}, {"mend", finding.mend}};
  if (!finding.recording.is_nil()) object["recording"] = finding.recording.text();
  if (!finding.path.empty()) object["path"] = finding.path;
  out.row({{std::string(name_of(finding.what)), cli::Color::red},
           finding.recording.is_nil() ? finding.path : finding.recording.text(),
           finding.message,
           finding.mend},
          std::move(object));
}

/// One run from its beginning, or from where a killed one was, to its end.
class Verification {
 public:
  explicit Verification(cli::Context& context)
      : context_(context),
        root_(context.config().text("recording.path")),
        connection_(db::Connection::open({.url = context.config().text("db.url"),
                                          .application = "retention verify",
                                          .role = "trunkline_retention",
                                          .who = db::acting_person(),
                                          .statement_timeout = kVerifyPatience})),
        keys_(fs::path(context.config().text("media.state_dir")) / "keys.db",
              core::value_or_throw(
                  keystore::KeyRing::load(context.config().text("recording.key_ring")))) {}

  ExitCode run() {
    const auto begun = clock_.steady();
    const core::Time settled = clock_.wall() - kSettles;
    // Rows first: what is recorded or erased meanwhile is looked at again before it is told.
    rows_ = retention::verify_rows(connection_);
    files_ = core::value_or_throw(verify::find_files(root_));
    with_key_ = verify::find_keys(keys_);
    begin();
    context_.out().table("verify_finding.v1",
                         {{"WHAT"}, {"RECORDING OR FILE"}, {"FOUND"}, {"MEND"}});
    for (Finding& finding : retention::findings_of(connection_, run_.run)) tell(std::move(finding));

    if (!open_all()) {
      context_.note("stopped; the next run goes on here");
      return ExitCode::interrupted;
    }
    for (Finding& finding : verify::reconcile(rows_, files_, with_key_, settled))
      take(std::move(finding));
    note();
    const auto outcome = retention::outcome_of(found_);
    retention::end_verify(connection_, run_.run, clock_.wall(), outcome);
    print_end(outcome, clock_.steady() - begun);
    switch (outcome) {
      case retention::VerifyOutcome::good:
        return ExitCode::done;
      case retention::VerifyOutcome::remarks:
        return ExitCode::partly;
      case retention::VerifyOutcome::bad:
        return ExitCode::data;
    }
    return ExitCode::software;
  }

 private:
  void begin() {
    const std::string host = os::host_name();
    const auto identity = core::value_or_throw(storage::identity_of(root_));
    check_mounted(identity, host);
    std::array<std::byte, sizeof(std::uint64_t)> seed{};
    crypto::fill_random(seed);
    run_ = retention::begin_verify(
        connection_,
        {.host = host,
         .root = root_.string(),
         .location = identity ? std::optional(identity->uuid()) : std::nullopt,
         .per_thousand = per_thousand(context_),
         .seed = core::read_u64(seed, 0),
         .is_fresh = context_.has("--anew")},
        clock_.wall());
    if (run_.is_resumed)
      context_.note(fmt::format("goes on with the run that was begun {}, behind {} recordings",
                                context_.out().time(run_.started_at), run_.recordings));
  }

  /// An empty folder where a disk should be must not look as if every recording were lost.
  void check_mounted(const std::optional<storage::LocationId>& identity, const std::string& host) {
    const auto before = retention::last_location(connection_, host, root_.string());
    if (before && (!identity || identity->uuid() != *before))
      core::value_or_throw(storage::check_identity(root_, storage::LocationId(*before)));
    for (const bool is_cold : {false, true}) check_tier(is_cold);
  }

  void check_tier(bool is_cold) {
    const auto is_there = [&](const auto& file) {
      return storage::is_cold(file.second) == is_cold;
    };
    if (std::ranges::any_of(files_.recordings, is_there)) return;
    const auto expected = std::ranges::count_if(rows_, [&](const auto& row) {
      return row.second.is_complete && with_key_.contains(row.first) &&
             storage::is_cold(row.second.path) == is_cold;
    });
    const fs::path folder = is_cold ? cold_folder(context_.config()) : root_;
    if (expected > 0)
      throw core::Error(ExitCode::unavailable,
                        fmt::format("cannot verify: '{}' has none of the {} recordings",
                                    folder.string(), expected),
                        fmt::format("is its disk mounted? findmnt -T {}", folder.string()));
  }

  /// False where it was stopped.
  bool open_all() {
    const cli::InterruptHold interrupt;
    const std::uint64_t before = run_.recordings;
    const std::uint64_t bytes_before = run_.bytes;
    cli::Progress progress(context_);
    const auto opened = verify::open_all(
        {.root = root_,
         .per_thousand = run_.per_thousand,
         .seed = run_.seed,
         .threads = threads(context_),
         .bytes_per_second = rate(context_),
         .after = run_.last},
        files_, rows_, with_key_, keys_,
        [&](const Finding& finding) {
          progress.clear();
          take(finding);
        },
        [&](const verify::Opened& so_far) {
          run_.last = so_far.last;
          run_.recordings = before + so_far.recordings;
          run_.bytes = bytes_before + so_far.bytes;
          if (clock_.steady() >= next_note_) note();
          progress.show(fmt::format("{} of {} recordings, {}", run_.recordings,
                                    files_.recordings.size(),
                                    context_.out().size(core::ByteCount(run_.bytes))));
          return !interrupt.is_requested();
        });
    note();
    return !opened.was_stopped;
  }

  /// What the ledger says by now is looked at: what was erased or made meanwhile is no finding.
  void take(Finding finding) {
    if (!finding.recording.is_nil()) {
      const auto row = rows_.find(finding.recording);
      if (!retention::is_still(connection_, finding.recording,
                               row == rows_.end() ? nullptr : &row->second))
        return;
    }
    fresh_.push_back(finding);
    tell(std::move(finding));
  }

  void tell(Finding finding) {
    print_finding(context_.out(), finding);
    found_.push_back(std::move(finding));
  }

  void note() {
    retention::note_verify(connection_, run_, clock_.wall(), fresh_);
    fresh_.clear();
    next_note_ = clock_.steady() + kBetweenNotes;
  }

  void print_end(retention::VerifyOutcome outcome, core::SteadyTime::duration took) {
    cli::Output& out = context_.out();
    const auto duration = std::chrono::duration_cast<core::Milliseconds>(took);
    if (out.is_json())
      out.json_line("verify.v1", {{"run", run_.run.text()},
                                  {"outcome", name_of(outcome)},
                                  {"recordings", run_.recordings},
                                  {"bytes", run_.bytes},
                                  {"findings", found_.size()},
                                  {"sample_percent", run_.per_thousand / 10.0},
                                  {"started_at", core::to_rfc3339(run_.started_at)},
                                  {"duration_ms", duration.count()}});
    out.flush();
    context_.note(fmt::format("{} recordings opened ({}), {} findings: {}",
                              out.count(run_.recordings), out.size(core::ByteCount(run_.bytes)),
                              out.count(found_.size()), name_of(outcome)));
  }

  cli::Context& context_;
  const core::Clock& clock_ = core::system_clock();
  const fs::path root_;
  db::Connection connection_;
  keystore::KeyStore keys_;
  std::map<core::RecordingId, verify::Row> rows_;
  verify::Files files_;
  std::set<core::RecordingId> with_key_;
  retention::VerifyRun run_;
  std::vector<Finding> found_;
  std::vector<Finding> fresh_;  ///< not in the database yet
  core::SteadyTime next_note_{};
};

core::ExitCode verify_recordings(cli::Context& context) {
  return Verification(context).run();
}

}  // namespace

cli::Command verify() {
  return {
      .path = "verify",
      .summary = "open every recording to its last byte, and reconcile files, rows and keys",
      .description =
          "Opens each segment of each recording, or of a sample, under its key, and says which "
          "file "
          "is not what was recorded. Then it compares the three things that make a recording, its "
          "file, its row in the ledger and its key, and says which is alone, with the mend. It "
          "changes nothing, and recordings go on. What was made in the last hour is left out of "
          "the comparison.\n\n"
          "It may be stopped at any moment, also by kill -9: the next run for the same share goes "
          "on where it was, within ten days, and tells again what was found before. One run at a "
          "time. Its end is noted in the audit log.",
      .options = {{.name = "--sample",
                   .help = "open this share of the recordings, others each time",
                   .value = "PERCENT"},
                  {.name = "--rate", .help = "read no more than this in a second", .value = "SIZE"},
                  {.name = "--threads",
                   .help = "open so many recordings at once",
                   .value = "COUNT",
                   .fallback = "1"},
                  {.name = "--anew", .help = "begin anew instead of going on with a stopped run"}},
      .exits = {{ExitCode::partly,
                 "no recording is damaged, but something is alone, or could not be read now"},
                {ExitCode::data, "a recording is damaged, or its file or key is lost"},
                {ExitCode::unavailable,
                 "the database is away, or the recordings' disk is not mounted"},
                {ExitCode::try_again, "another verification is under way"}},
      .examples = {{"retention verify --sample 5%", "a look at one recording in twenty"},
                   {"retention verify --rate 50MiB --json", "all, gently, for a script"}},
      .run = verify_recordings};
}

}  // namespace trunkline::commands
