// SPDX-License-Identifier: MIT

// The cold tier of the recordings (retention move): whether its disk is there, and has room.

#include <fmt/format.h>

#include <filesystem>

#include "os/disk.h"
#include "storage/cold.h"
#include "storage/identity.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

/// Nothing where the database does not say: that is another check's.
std::optional<bool> has_cold_recordings(const config::Config& config) {
  static constexpr db::Statement kAny{
      "SELECT EXISTS (SELECT FROM trunkline.recording WHERE starts_with(path, 'cold/')) AS some"};
  try {
    auto connection = open_to_look(config);
    return connection.query(kAny).only().get<bool>("some");
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

}  // namespace

Findings check_cold_tier(const config::Config& config) {
  const std::filesystem::path folder =
      std::filesystem::path(config.text("recording.path")) / storage::kColdFolder;
  std::error_code ignored;
  const bool is_there = std::filesystem::is_directory(folder, ignored);
  const bool has_recordings = has_cold_recordings(config).value_or(false);
  if (!is_there && !has_recordings) return {};  // a site without one
  const auto identity = storage::identity_of(folder);
  if (has_recordings && (!identity || !*identity))
    return {{Severity::problem, "cold tier",
             fmt::format("{} holds recordings, but its disk is not mounted: they cannot be heard, "
                         "and nothing is erased",
                         folder.string()),
             fmt::format("mount it: findmnt -T {}", folder.string())}};
  const auto space = os::disk_space(folder);
  if (!space) return {{Severity::problem, "cold tier", space.error().message, "df"}};
  const std::uint64_t percent =
      space->available.value() * 100 / std::max<std::uint64_t>(1, space->total.value());
  const bool is_low = percent < kLeastFreePercent;
  return {{is_low ? Severity::warning : Severity::well, "cold tier",
           fmt::format("{}: {} MiB free, {} %", folder.string(), space->available.value() >> 20,
                       percent),
           is_low ? fmt::format("df -h {}", folder.string()) : std::string()}};
}

}  // namespace trunkline::commands
