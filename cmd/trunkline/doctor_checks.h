// SPDX-License-Identifier: MIT
#pragma once

// What `trunkline doctor` looks at. A check looks at one thing and returns what it found about it;
// each finding that is not well carries the command that mends it.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.h"
#include "config/config.h"
#include "db/connection.h"

namespace trunkline::commands {

enum class Severity : std::uint8_t { well, warning, problem };

struct Finding {
  Severity severity = Severity::well;
  std::string about;    ///< "database", "key ring", "disk": what was looked at
  std::string message;  ///< what was found
  std::string mend;     ///< the command, empty where all is well
};

using Findings = std::vector<Finding>;
using Check = Findings (*)(const config::Config&);

struct Printed {
  bool has_problem = false;
  std::size_t well = 0;
};
/// As finding.v1; what is well only where `shows_all`.
Printed print_findings(cli::Context& context, const Findings& findings, bool shows_all);

/// A disk with less room is low.
inline constexpr std::uint64_t kLeastFreePercent = 5;
/// Whether the kernel lets us read it; one that is not there counts as ours, and its check says so
/// (doctor_files.cpp).
bool is_ours_to_read(const std::filesystem::path& path);
/// The database for a check that only reads; waits no longer than three seconds. Throws core::Error
/// (doctor_services.cpp).
db::Connection open_to_look(const config::Config& config);

// This host (doctor_host.cpp).
Findings check_ports(const config::Config& config);
Findings check_rtp_range(const config::Config& config);
Findings check_disk(const config::Config& config);
Findings check_clock(const config::Config& config);
Findings check_file_limits(const config::Config& config);
Findings check_receive_buffer(const config::Config& config);
Findings check_advertised_address(const config::Config& config);

// The site's files (doctor_files.cpp).
Findings check_key_ring(const config::Config& config);
Findings check_key_mirror(const config::Config& config);
Findings check_sip_key(const config::Config& config);
Findings check_permissions(const config::Config& config);

// The cold tier (doctor_cold.cpp).
Findings check_cold_tier(const config::Config& config);

// What has to lie outside (doctor_copies.cpp).
Findings check_mirror_content(const config::Config& config);
Findings check_key_export(const config::Config& config);
Findings check_backups(const config::Config& config);
Findings check_drills(const config::Config& config);
Findings check_verification(const config::Config& config);

// Who is told (doctor_alerts.cpp).
Findings check_alerts(const config::Config& config);

// What runs (doctor_services.cpp).
Findings check_database(const config::Config& config);
Findings check_sipd(const config::Config& config);
Findings check_recorderd(const config::Config& config);

}  // namespace trunkline::commands
