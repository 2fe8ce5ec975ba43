// SPDX-License-Identifier: MIT
#pragma once

// How much is too much. Every number 0 means: no such limit.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "os/address.h"

namespace trunkline::guard {

/// What one party may have; nothing = as the settings say.
struct Quota {
  std::optional<std::uint32_t> calls = {};             ///< at the same time
  std::optional<std::uint32_t> calls_per_minute = {};  ///< begun
  std::optional<std::uint32_t> registrations = {};     ///< contacts at the same time

  /// These, and where they say nothing those.
  Quota or_else(const Quota& fallback) const {
    return {.calls = calls ? calls : fallback.calls,
            .calls_per_minute = calls_per_minute ? calls_per_minute : fallback.calls_per_minute,
            .registrations = registrations ? registrations : fallback.registrations};
  }
  bool operator==(const Quota&) const = default;
};

struct Settings {
  /// Never banned and without limits of their address: proxies, trunks, our own hosts.
  std::vector<os::Network> allow = {};

  /// So many within a minute lock the device and ban the address; at most 20.
  std::uint32_t wrong_passwords = 5;
  /// Of a lock, and of a first ban; each further ban is four times as long ...
  core::Milliseconds ban_time{15 * 60'000};
  /// ... up to this.
  core::Milliseconds ban_time_max = core::Seconds(7 * 86'400);

  /// Whether scanners are banned, too. What they do is counted over a minute, of strangers alone.
  bool bans_scanners = true;
  std::uint32_t unknown_users = 10;
  std::uint32_t probed_numbers = 20;
  std::uint32_t malformed = 30;
  /// Messages a stranger may send; an address that has authenticated is not held to it.
  std::uint32_t packets_per_second = 200;

  Quota source = {.calls = 1000, .calls_per_minute = 6000, .registrations = 5000};
  std::uint32_t source_registrations_per_minute = 12'000;
  Quota device = {.calls = 50, .calls_per_minute = 600};
  // Users and tenants have what is stored for them.
  Quota user = {};
  Quota tenant = {};
  std::uint32_t calls = 1000;          ///< of the whole exchange
  std::uint32_t calls_per_second = 0;  ///< of the whole exchange

  core::Milliseconds max_lag{500};
  std::uint32_t max_backlog_percent = 25;  ///< of a socket's receive buffer
  std::uint32_t max_transactions = 100'000;
};

}  // namespace trunkline::guard
