// SPDX-License-Identifier: MIT
#include "ledger/shipper.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/locked.h"
#include "core/log.h"
#include "core/text.h"
#include "db/wakeup.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "ledger/batch.h"

namespace trunkline::ledger {
namespace {

using core::ExitCode;
using journal::Sequence;
using SteadyClock = std::chrono::steady_clock;

// Housekeeping need not be prompt: the watermark kept locally only serves a start without database.
constexpr std::chrono::seconds kNoteEvery{10};
constexpr std::chrono::seconds kPruneEvery{60};
/// How long it is remembered that many entries came, or few.
constexpr std::chrono::seconds kRemembered{2};

// The journal's state in which the last known watermark is kept.
constexpr const char* kStateKind = "ledger";
constexpr const char* kStateKey = "shipped";

/// Throws core::Error (data) unless the journal goes on where the ledger ends: a journal restored
/// from an old copy would give old numbers to new entries, which the ledger would take for
/// duplicates.
void require_same_history(const journal::JournalReader& reader, const Watermark& mark) {
  const std::uint64_t shipped = mark.shipped.value();
  const std::string node = reader.node().text();
  if (shipped == 0) return;
  if (reader.last() < mark.shipped) {
    throw core::Error(
        ExitCode::data,
        fmt::format("cannot ship journal {}: the ledger has entries up to {}, it ends at {}", node,
                    shipped, reader.last().value()),
        "it is an old copy: move the file away and restart, a new file is a new journal");
  }
  const auto entries = reader.entries_after(Sequence(shipped - 1), 1);
  if (entries.empty() || entries[0].sequence != mark.shipped) return;  // pruned: cannot be compared
  if (mark.last_hash && std::ranges::equal(entries[0].hash, *mark.last_hash)) return;
  throw core::Error(
      ExitCode::data,
      fmt::format("cannot ship journal {}: its entry {} is not the one the ledger has", node,
                  shipped),
      "it was changed or restored from an old copy: move the file away and restart");
}

/// Throws core::Error (data) if entries are in neither place.
void require_no_gap(const journal::JournalReader& reader, Sequence shipped, Sequence next) {
  if (next.value() == shipped.value() + 1) return;
  throw core::Error(
      ExitCode::data,
      fmt::format("cannot ship journal {}: entries {} to {} are in neither journal nor ledger",
                  reader.node().text(), shipped.value() + 1, next.value() - 1),
      "restore a later copy of the database, or give them up: see trunkline.ledger_accept_gap()");
}

}  // namespace

class Shipper::Worker {
 public:
  Worker(ShipperOptions options, journal::Journal& journal)
      : options_(std::move(options)), journal_(journal), rows_(options_.batch_rows) {
    options_.database.interrupt = stop_.descriptor();
    thread_ = std::thread([this] { run(); });
  }
  ~Worker() {
    stop_.set();
    thread_.join();
    keep_watermark();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void notify() noexcept { wake_.set(); }

  ShipperStatus status() const {
    ShipperStatus status = shared_.with([](const Shared& shared) { return shared.status; });
    status.last = journal_.last().value();
    const core::Time oldest = shared_.with([](const Shared& shared) { return shared.oldest; });
    if (status.lag_entries() > 0 && oldest != core::Time{}) {
      const auto age = core::system_clock().wall() - oldest;
      status.lag =
          std::max(core::Milliseconds(0), std::chrono::duration_cast<core::Milliseconds>(age));
    }
    return status;
  }

  bool flush(core::Milliseconds timeout) {
    const std::uint64_t target = journal_.last().value();
    const auto deadline = SteadyClock::now() + timeout;
    const auto is_shipped = [&] {
      return shared_.with([&](const Shared& shared) {
        return shared.is_confirmed && shared.status.shipped >= target;
      });
    };
    while (!is_shipped()) {
      const auto left = std::chrono::ceil<core::Milliseconds>(deadline - SteadyClock::now());
      if (left.count() <= 0) return false;
      hurry_.set();
      notify();
      // Bounded, in case another flush cleared the flag.
      progress_.wait(std::min(left, core::Milliseconds(50)));
      progress_.clear();
    }
    return true;
  }

 private:
  struct Shared {
    ShipperStatus status;
    bool is_confirmed = false;  ///< PostgreSQL said so, not our own note of the last time
    core::Time oldest{};        ///< when the first entry not shipped was made
  };

  void run() {
    core::Milliseconds backoff = options_.first_backoff;
    while (!stop_.is_set()) {
      try {
        serve(backoff);
      } catch (const core::Error& error) {
        note_failure(error);
      }
      if (stop_.wait(backoff)) return;
      backoff = std::min(backoff * 2, options_.last_backoff);
    }
  }

  /// One connection's life; ends with an exception, or by stop().
  void serve(core::Milliseconds& backoff) {
    const journal::JournalReader reader(journal_.path());
    note_backlog(reader);
    db::Connection connection = db::Connection::open(options_.database);
    Watermark mark = watermark_of(connection, reader.node());
    require_same_history(reader, mark);
    note_success(mark);
    core::log_info("ledger connected", {{"shipped", mark.shipped.value()}});
    while (!stop_.is_set()) {
      wake_.clear();  // before reading: what is committed afterwards wakes again
      std::vector<journal::StoredEntry> entries = reader.entries_after(mark.shipped, rows_);
      if (entries.empty()) {
        housekeep(mark.shipped);
        wake_.wait(options_.poll, stop_);
        continue;
      }
      require_no_gap(reader, mark.shipped, entries.front().sequence);
      const std::size_t count = count_within(entries, options_.batch_bytes);
      const bool is_full = entries.size() == rows_ || count < entries.size();
      entries.resize(count);
      set_oldest(entries.front().entry.at);
      mark = ship_batch(connection, reader.node(), entries);
      backoff = options_.first_backoff;
      note_success(mark);
      housekeep(mark.shipped);
      if (!is_full) gather_behind(count);
    }
  }

  /// Lets entries gather where many came of late; ends early for flush() and stop().
  void gather_behind(std::size_t entries) {
    const auto now = SteadyClock::now();
    const auto time = std::chrono::microseconds(1'000'000 * entries) / options_.at_once;
    // Those that did not come are put by, those too many owed, two seconds' worth at the most.
    paid_until_ = std::min(std::max(paid_until_, now - kRemembered) + time, now + kRemembered);
    if (paid_until_ > now) hurry_.wait(options_.gather, stop_);
    hurry_.clear();
  }

  Watermark ship_batch(db::Connection& connection, core::NodeId node,
                       const std::vector<journal::StoredEntry>& entries) {
    const std::uint64_t rejected_before = status().rejected;
    try {
      Watermark mark = ship(connection, node, options_.daemon, entries);
      if (mark.rejected > rejected_before) {
        core::log_error("ledger rejected entries", {{"entries", mark.rejected - rejected_before},
                                                    {"reason", "see trunkline.ledger_rejected"}});
      }
      rows_ = std::min(options_.batch_rows, rows_ * 2);
      return mark;
    } catch (const core::Error&) {
      // Perhaps it was too much for the deadline: the next try is smaller.
      rows_ = std::max<std::size_t>(1, rows_ / 4);
      throw;
    }
  }

  void housekeep(Sequence shipped) {
    const auto now = SteadyClock::now();
    if (now >= next_note_) {
      keep_watermark();
      next_note_ = now + kNoteEvery;
    }
    if (now < next_prune_) return;
    journal_.prune(shipped, core::system_clock().wall() - options_.keep);
    next_prune_ = now + kPruneEvery;
  }

  /// So that a start without database knows what was shipped.
  void keep_watermark() {
    const std::uint64_t shipped = status().shipped;
    if (shipped == kept_ || shipped == 0) return;
    journal_.change_state({{kStateKind, kStateKey, std::to_string(shipped)}});
    kept_ = shipped;
  }

  /// What is known without the database.
  void note_backlog(const journal::JournalReader& reader) {
    std::uint64_t shipped = status().shipped;
    if (shipped == 0) {
      for (const auto& [key, value] : reader.state(kStateKind)) {
        if (key == kStateKey) shipped = core::parse_unsigned(value).value_or(0);
      }
    }
    const auto waiting = reader.entries_after(Sequence(shipped), 1);
    shared_.with([&](Shared& shared) {
      shared.status.shipped = shipped;
      shared.is_confirmed = false;
      shared.oldest = waiting.empty() ? core::Time{} : waiting[0].entry.at;
    });
  }

  void set_oldest(core::Time at) {
    shared_.with([&](Shared& shared) { shared.oldest = at; });
  }

  void note_success(const Watermark& mark) {
    shared_.with([&](Shared& shared) {
      shared.status.is_connected = true;
      shared.is_confirmed = true;
      shared.status.shipped = mark.shipped.value();
      shared.status.rejected = mark.rejected;
      shared.status.last_error.clear();
      shared.oldest = {};  // of the next batch, if there is one
    });
    progress_.set();
  }

  void note_failure(const core::Error& error) {
    if (stop_.is_set()) return;
    const bool is_news = shared_.with([&](Shared& shared) {
      shared.status.is_connected = false;
      return std::exchange(shared.status.last_error, error.fault().message) !=
             error.fault().message;
    });
    // Once for each reason: the database may be away for days.
    if (!is_news) return;
    const bool is_grave = error.fault().code == ExitCode::data;
    core::log(is_grave ? core::LogLevel::error : core::LogLevel::warning,
              "ledger is not shipping, entries stay in the journal",
              {{"error", error.fault().message}, {"hint", error.fault().hint}});
  }

  ShipperOptions options_;
  journal::Journal& journal_;
  db::Wakeup stop_;
  db::Wakeup wake_;
  db::Wakeup hurry_;
  db::Wakeup progress_;
  core::Locked<Shared> shared_;
  // The thread's own:
  std::size_t rows_;
  std::uint64_t kept_ = 0;
  SteadyClock::time_point paid_until_{};  ///< by entries at `at_once` a second
  SteadyClock::time_point next_note_{};
  SteadyClock::time_point next_prune_{};
  std::thread thread_;
};

Shipper::Shipper(ShipperOptions options, journal::Journal& journal)
    : worker_(std::make_unique<Worker>(std::move(options), journal)) {}
Shipper::~Shipper() = default;

void Shipper::notify() noexcept {
  worker_->notify();
}
ShipperStatus Shipper::status() const {
  return worker_->status();
}
bool Shipper::flush(core::Milliseconds timeout) {
  return worker_->flush(timeout);
}

}  // namespace trunkline::ledger
