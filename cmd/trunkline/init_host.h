// SPDX-License-Identifier: MIT
#pragma once

// This host's part of trunkline init: folders with their owners and modes, sipd's key and the
// recording key ring. What is there stays as it is.

#include "config/config.h"
#include "db/connection.h"
#include "trunkline/init_report.h"

namespace trunkline::commands {

void init_folders(const config::Config& config, InitReport& report);

/// sipd's key pair: the private half in sip.key_file, the public one in the database. Throws
/// core::Error (config) if one of them is there without the other that belongs to it.
void init_site_key(const config::Config& config, db::Connection& connection, InitReport& report);

void init_key_ring(const config::Config& config, InitReport& report);

}  // namespace trunkline::commands
