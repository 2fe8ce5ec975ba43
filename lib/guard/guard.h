// SPDX-License-Identifier: MIT
#pragma once

// Who is let in, who is not and by which rule. Pure but for its memory: time comes as a parameter,
// what it decides about sources goes to `on_finding`, and whether a phone of ours is registered
// from an address is asked of the census. All memory that strangers can cause is bounded.
//
// - admits() is asked for every message before it is parsed: no allocation, no log line.
// - What a source does is counted over a minute. Five wrong passwords ban it; so do many unknown
//   users, many numbers asked for without proof, malformed messages, a flood, and a scanner's name.
//   The challenge that every request meets first (401) counts for nothing.
// - An address with a live registration is never banned by a rule: the finding is told, as spared.
//   One in guard.allow is not even looked at.
// - Five wrong passwords for a device lock it, wherever they came from: right ones are refused,
//   too, but from the addresses where the device is registered, so that nobody locks a phone out.
// - One token of a thousand questions decides no call: limits are in limits.h, load in overload.h.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "guard/ban.h"
#include "guard/limits.h"
#include "guard/overload.h"
#include "guard/rule.h"
#include "guard/settings.h"
#include "guard/source.h"
#include "guard/table.h"

namespace trunkline::guard {

/// A request that has proved nothing yet.
struct Knock {
  std::string_view user_agent;
  /// What it asks for: the request URI's user of an INVITE, OPTIONS, ...; empty for a REGISTER.
  std::string_view number;
};

/// What was counted, for status and `ban why`.
struct Totals {
  std::uint64_t dropped_banned = 0;  ///< messages of banned sources that reached us
  std::uint64_t dropped_flood = 0;   ///< messages beyond what a stranger may send
  std::uint64_t malformed = 0;
  std::uint64_t wrong_passwords = 0;
  std::uint64_t bans = 0;  ///< by rule
};

/// What a source did within the last minute.
struct Behaviour {
  std::uint32_t wrong_passwords = 0;
  std::uint32_t unknown_users = 0;   ///< about as many different ones
  std::uint32_t probed_numbers = 0;  ///< about as many different ones
  std::uint32_t malformed = 0;
  std::uint32_t dropped = 0;
  bool is_proven = false;  ///< it has authenticated not long ago
};

class Guard {
 public:
  /// `seed` scatters the tables; `on_finding` is called for each ban, lock and spared source.
  Guard(std::uint64_t seed, std::function<void(const Finding&)> on_finding);

  void set(Settings settings) { settings_ = std::move(settings); }
  const Settings& settings() const noexcept { return settings_; }

  /// Whether a message of this source is read at all.
  bool admits(const Source& source, core::Time now) noexcept;
  bool is_allowed(const Source& source) const noexcept;

  // What sources do. Each may end in a ban.
  void malformed(const Source& source, core::Time now);
  void knocked(const Source& source, const Knock& knock, core::Time now);
  void unknown_user(const Source& source, std::string_view name, core::Time now);
  /// A wrong answer to a challenge; `device` is nil where there is no such device.
  void wrong_password(const Source& source, core::DeviceId device, std::string_view name,
                      core::Time now);
  /// A right one: what it asked for before was no scan.
  void proven(const Source& source, core::Time now);

  /// Until when; nothing where it is open.
  std::optional<core::Time> locked_until(core::DeviceId device, core::Time now);
  /// A new password opens it.
  void unlock(core::DeviceId device);

  /// Whether this source may send one more REGISTER this minute.
  std::optional<Refusal> registration_rate(const Source& source, core::Time now);

  // By hand. `until` max() means until it is removed.
  Finding ban(const Source& source, std::string_view reason, std::string_view by, core::Time until,
              core::Time now);
  /// Nothing where it was not banned.
  std::optional<Finding> lift(const Source& source, std::string_view reason, std::string_view by,
                              core::Time now);
  /// Bans that ended by the clock, told as findings; call it once a second.
  void expire(core::Time now);

  BanList& bans() noexcept { return bans_; }
  const BanList& bans() const noexcept { return bans_; }
  Census& census() noexcept { return census_; }
  const Census& census() const noexcept { return census_; }
  CallLimits& calls() noexcept { return calls_; }
  const CallLimits& calls() const noexcept { return calls_; }
  Overload& overload() noexcept { return overload_; }
  const Overload& overload() const noexcept { return overload_; }
  const Totals& totals() const noexcept { return totals_; }
  Behaviour behaviour(const Source& source, core::Time now);

 private:
  static constexpr std::size_t kMostStrikes = 20;
  /// When the last wrong passwords were given.
  struct Strikes {
    std::uint32_t count = 0;
    std::array<core::Time, kMostStrikes> times{};
    core::Time locked_until{};
    void add(core::Time now);
    std::uint32_t within_minute(core::Time now) const;
  };
  struct Watch {
    core::Time minute_began{};
    core::Time proven_until{};
    core::Time spared_until{};
    Bucket packets;
    std::uint64_t unknown_users = 0;   ///< a bit for each name's hash
    std::uint64_t probed_numbers = 0;  ///< a bit for each number's hash
    std::uint32_t malformed = 0;
    std::uint32_t dropped = 0;
  };

  Watch& watch(const Source& source, core::Time now);
  /// Bans the source, or tells that it is spared.
  void judge(const Source& source, Rule rule, std::string detail, core::Time now);
  std::uint64_t bit_of(std::string_view text) const;
  void tell(Finding finding);

  Settings settings_;
  std::uint64_t seed_;
  std::function<void(const Finding&)> on_finding_;
  Table<Watch> watches_;
  Table<Bucket> registrations_;
  Table<Strikes> source_strikes_;
  Table<Strikes> device_strikes_;
  BanList bans_;
  Bucket ban_rate_;
  Census census_;
  CallLimits calls_;
  Overload overload_;
  Totals totals_;
};

}  // namespace trunkline::guard
