// SPDX-License-Identifier: MIT
#pragma once

// Carries a daemon's journal to PostgreSQL, exactly once: a batch of entries, their projections
// (cdr, recording, ...) and the node's watermark are one transaction of the function
// trunkline.ledger_ship(), and what to send next is always read from the watermark there. Runs on
// its own thread with its own reader; the journal is never held up. Entries go at once, until they
// keep coming: then they are gathered, as most of what a small batch costs PostgreSQL is the same
// for a large one. PostgreSQL may be absent, stopped or frozen for days: the thread reconnects with
// a growing pause and the status says why. Entries that are shipped and older than `keep` are then
// pruned from the journal.

#include <cstdint>
#include <memory>
#include <string>

#include "core/time.h"
#include "db/connection.h"

namespace trunkline::journal {
class Journal;
}

namespace trunkline::ledger {

struct ShipperOptions {
  db::Options database = {};
  std::string daemon = {};  ///< "sipd", "recorderd": shown beside the node
  std::size_t batch_rows = 5'000;
  std::size_t batch_bytes = 4U << 20U;
  core::Milliseconds poll{200};  ///< look for entries this often without notify()
  /// While more entries than `at_once` come in a second, batches are a `gather` apart; not behind a
  /// full one, and not when flush() waits.
  int at_once = 100;
  core::Milliseconds gather{500};
  core::Milliseconds keep = std::chrono::hours(24 * 7);
  core::Milliseconds first_backoff{100};
  core::Milliseconds last_backoff{5'000};
};

struct ShipperStatus {
  bool is_connected = false;
  std::uint64_t shipped = 0;    ///< the highest entry PostgreSQL has
  std::uint64_t last = 0;       ///< the highest entry of the journal
  core::Milliseconds lag{0};    ///< age of the oldest entry not shipped; 0 when there is none
  std::uint64_t rejected = 0;   ///< entries of this node in ledger_rejected
  std::string last_error = {};  ///< why it does not ship now; empty when it does
  std::uint64_t lag_entries() const noexcept { return last > shipped ? last - shipped : 0; }
};

class Shipper {
 public:
  /// Starts the thread. The journal must outlive the shipper.
  Shipper(ShipperOptions options, journal::Journal& journal);
  /// Stops within a statement's deadline; entries not shipped stay in the journal.
  ~Shipper();
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  /// There are new entries. Any thread, never blocks.
  void notify() noexcept;
  ShipperStatus status() const;
  /// Waits until everything that is in the journal now is shipped; false after `timeout`.
  bool flush(core::Milliseconds timeout);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace trunkline::ledger
