// SPDX-License-Identifier: MIT
#pragma once

// How the operator's tools reach the database: as the role of operators, with a name for the audit
// log, and with patience fit for somebody who waits.

#include <string_view>

#include "config/config.h"
#include "db/connection.h"

namespace trunkline::db {

/// Connects to db.url; `tool` is seen in pg_stat_activity. Throws core::Error.
Connection open_for_tool(const config::Config& config, std::string_view tool);
/// The same, and the server refuses every write.
Connection open_to_read(const config::Config& config, std::string_view tool);

/// "uid:1000 alice", "uid:0 root (sudo: alice)".
std::string acting_person();

}  // namespace trunkline::db
