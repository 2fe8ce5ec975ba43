// SPDX-License-Identifier: MIT
#pragma once

// How the exchange does, in a few numbers, from PostgreSQL alone: no daemon is asked.

#include <cstdint>
#include <optional>

#include "cdr/figures.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"

namespace trunkline::cdr {

struct Health {
  Figures figures = {};         ///< of the calls that started in the period
  std::int64_t live_now = 0;    ///< calls that have not ended, whenever they started
  std::int64_t incomplete = 0;  ///< calls of the period that had to be recorded and are not, whole
  std::int64_t rejected = 0;    ///< entries that PostgreSQL refused, ever
  /// How late the newest entry of each journal came, the worst of them; nothing where there is
  /// none.
  std::optional<core::Milliseconds> lag = {};
  /// When anything came last.
  std::optional<core::Time> last_shipped_at = {};
};

/// Throws core::Error.
Health health_of(db::Connection& connection, core::Time since, core::Time until,
                 const std::optional<core::TenantId>& tenant);

}  // namespace trunkline::cdr
