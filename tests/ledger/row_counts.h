// SPDX-License-Identifier: MIT
#pragma once

// How many rows the ledger has.

#include "db/connection.h"

namespace trunkline::ledger {

inline constexpr db::Statement kEntries{"SELECT count(*) AS count FROM trunkline.ledger_entry"};
inline constexpr db::Statement kCalls{"SELECT count(*) AS count FROM trunkline.cdr"};

}  // namespace trunkline::ledger
