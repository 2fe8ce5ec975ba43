// SPDX-License-Identifier: MIT
#include "retention/storage.h"

namespace trunkline::commands {

usage::Quota quota_of(const config::Config& config) {
  return {.bytes = config.size("retention.quota").value(),
          .warning_percent = static_cast<int>(config.integer("retention.quota_warning")),
          .critical_percent = static_cast<int>(config.integer("retention.quota_critical")),
          .emergency_percent = static_cast<int>(config.integer("retention.quota_emergency"))};
}

std::string shown_bytes(const cli::Output& out, std::uint64_t bytes) {
  return out.is_terminal() ? alert::shown_size(bytes) : std::to_string(bytes);
}

std::int64_t whole(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

}  // namespace trunkline::commands
