// SPDX-License-Identifier: MIT
#pragma once

// The months in which PostgreSQL keeps the ledger (schemas/db/0020_partitions.sql). A row whose
// month is not there waits in one partition of leftovers, so that nothing is refused; ensure()
// gives it its month.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "db/connection.h"

namespace trunkline::cdr {

/// A month of UTC, "2026-11".
class Month {
 public:
  /// Faults have the code usage.
  [[nodiscard]] static core::Result<Month> parse(std::string_view text);
  const std::string& text() const noexcept { return text_; }
  /// "2026-11-01", as SQL takes it.
  std::string first_day() const { return text_ + "-01"; }

  auto operator<=>(const Month&) const = default;

 private:
  explicit Month(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct Partition {
  std::string table;           ///< "cdr"
  std::optional<Month> month;  ///< nothing for the leftovers
  std::string partition;       ///< "cdr_2026_11"
  std::int64_t rows = 0;       ///< as last estimated by PostgreSQL
  std::int64_t bytes = 0;      ///< with indexes
};

struct MadePartition {
  std::string table;
  Month month;
  std::int64_t rows_moved = 0;  ///< that had been waiting for it
};

std::vector<Partition> partitions(db::Connection& connection);

/// Makes what is missing of this month and `months_ahead` more, and of rows without a month. Throws
/// core::Error (try_again) where the ledger was too busy for five seconds.
std::vector<MadePartition> ensure_partitions(db::Connection& connection, int months_ahead);

}  // namespace trunkline::cdr
