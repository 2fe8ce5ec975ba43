// SPDX-License-Identifier: MIT
#include "guard/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/text.h"
#include "guard/scanner_tools.h"

namespace trunkline::guard {
namespace {

/// As long as a registration may last: whoever authenticated within it is no stranger.
constexpr core::Microseconds kProvenFor = core::Seconds(2 * 3600);
/// How often a source that is spared is told of, and how long it stays unasked.
constexpr core::Microseconds kSparedFor = core::Seconds(60);
/// Messages beyond the rate that are borne with before a ban, in seconds' worth of the rate.
constexpr std::uint32_t kPatience = 10;

constexpr std::uint32_t kMostBansPerMinute = 600;

// 2^11 rows of 8: 16,384 sources, about 1.5 MB.
constexpr std::size_t kWatchRows = 11;
constexpr std::size_t kRegistrationRows = 10;
constexpr std::size_t kStrikeRows = 9;

std::uint64_t key_of(core::DeviceId device) {
  std::uint64_t key = 0;
  for (const std::byte byte : device.uuid().bytes()) {
    key = std::rotl(key, 7) ^ std::to_integer<std::uint64_t>(byte);
  }
  return key;
}

/// How many different things set so many of 64 bits (linear counting).
std::uint32_t estimate(std::uint64_t bits) {
  constexpr int kBits = 64;
  const int empty = kBits - std::popcount(bits);
  if (empty == 0) return 4 * kBits;
  return static_cast<std::uint32_t>(std::lround(kBits * std::log(double{kBits} / empty)));
}

}  // namespace

void Guard::Strikes::add(core::Time now) {
  times[count % kMostStrikes] = now;
  ++count;
}

std::uint32_t Guard::Strikes::within_minute(core::Time now) const {
  const std::size_t known = std::min<std::size_t>(count, kMostStrikes);
  return static_cast<std::uint32_t>(
      std::count_if(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(known),
                    [&](core::Time at) { return now - at < kMinute; }));
}

Guard::Guard(std::uint64_t seed, std::function<void(const Finding&)> on_finding)
    : seed_(seed),
      on_finding_(std::move(on_finding)),
      watches_(kWatchRows, seed),
      registrations_(kRegistrationRows, seed),
      source_strikes_(kStrikeRows, seed),
      device_strikes_(kStrikeRows, seed) {}

bool Guard::is_allowed(const Source& source) const noexcept {
  if (settings_.allow.empty()) return false;
  const os::Address address = source.address();
  return std::any_of(settings_.allow.begin(), settings_.allow.end(),
                     [&](const os::Network& network) { return network.contains(address); });
}

Guard::Watch& Guard::watch(const Source& source, core::Time now) {
  Watch& watch = watches_.at(source.bits(), now);
  if (now - watch.minute_began >= kMinute) {
    watch.minute_began = now;
    watch.unknown_users = 0;
    watch.probed_numbers = 0;
    watch.malformed = 0;
    watch.dropped = 0;
  }
  return watch;
}

bool Guard::admits(const Source& source, core::Time now) noexcept {
  if (bans_.is_banned(source, now)) {
    ++totals_.dropped_banned;
    return false;
  }
  const std::uint32_t rate = settings_.packets_per_second;
  if (rate == 0 || is_allowed(source)) return true;
  Watch& watch = this->watch(source, now);
  if (watch.proven_until > now || watch.packets.take(rate, kSecond, now)) return true;
  if (watch.spared_until > now) return true;
  ++watch.dropped;
  ++totals_.dropped_flood;
  if (watch.dropped >= kPatience * rate) {
    judge(source, Rule::ban_flood,
          fmt::format("more than {} messages a second, {} too many within a minute", rate,
                      watch.dropped),
          now);
  }
  return false;
}

void Guard::malformed(const Source& source, core::Time now) {
  ++totals_.malformed;
  if (settings_.malformed == 0 || is_allowed(source)) return;
  Watch& watch = this->watch(source, now);
  if (++watch.malformed < settings_.malformed) return;
  judge(source, Rule::ban_malformed,
        fmt::format("{} malformed messages within a minute", watch.malformed), now);
}

void Guard::knocked(const Source& source, const Knock& knock, core::Time now) {
  if (is_allowed(source)) return;
  Watch& watch = this->watch(source, now);
  const bool is_stranger = watch.proven_until <= now;
  if (const std::string_view tool = scanner_tool(knock.user_agent); !tool.empty() && is_stranger) {
    return judge(source, Rule::ban_tool, fmt::format("its User-Agent says {}", core::trim(tool)),
                 now);
  }
  if (!is_stranger || settings_.probed_numbers == 0 || knock.number.empty()) return;
  watch.probed_numbers |= bit_of(knock.number);
  const std::uint32_t probed = estimate(watch.probed_numbers);
  if (probed < settings_.probed_numbers) return;
  judge(source, Rule::ban_probing,
        fmt::format("about {} numbers asked for within a minute, without authentication", probed),
        now);
}

void Guard::unknown_user(const Source& source, std::string_view name, core::Time now) {
  if (settings_.unknown_users == 0 || is_allowed(source)) return;
  Watch& watch = this->watch(source, now);
  watch.unknown_users |= bit_of(name);
  const std::uint32_t unknown = estimate(watch.unknown_users);
  if (unknown < settings_.unknown_users) return;
  judge(source, Rule::ban_unknown_users,
        fmt::format("about {} users that do not exist within a minute, the last '{}'", unknown,
                    core::printable(name.substr(0, 64))),
        now);
}

void Guard::wrong_password(const Source& source, core::DeviceId device, std::string_view name,
                           core::Time now) {
  ++totals_.wrong_passwords;
  if (settings_.wrong_passwords == 0) return;
  const std::uint32_t most = std::min<std::uint32_t>(settings_.wrong_passwords, kMostStrikes);
  const auto detail = [&](std::uint32_t count) {
    return fmt::format("{} wrong passwords within a minute, the last for '{}'", count,
                       core::printable(name.substr(0, 64)));
  };
  if (!device.is_nil()) {
    Strikes& strikes = device_strikes_.at(key_of(device), now);
    strikes.add(now);
    const std::uint32_t count = strikes.within_minute(now);
    if (count >= most && strikes.locked_until <= now) {
      strikes.locked_until = now + settings_.ban_time;
      tell({.at = now,
            .source = source,
            .rule = Rule::lock_device,
            .outcome = Outcome::locked,
            .detail = detail(count),
            .until = strikes.locked_until});
    }
  }
  if (is_allowed(source)) return;
  Strikes& strikes = source_strikes_.at(source.bits(), now);
  strikes.add(now);
  const std::uint32_t count = strikes.within_minute(now);
  if (count < most) return;
  judge(source, Rule::ban_passwords, detail(count), now);
}

void Guard::proven(const Source& source, core::Time now) {
  Watch& watch = this->watch(source, now);
  watch.proven_until = now + kProvenFor;
  watch.probed_numbers = 0;
}

std::optional<core::Time> Guard::locked_until(core::DeviceId device, core::Time now) {
  const Strikes* strikes = device_strikes_.find(key_of(device));
  if (strikes == nullptr || strikes->locked_until <= now) return std::nullopt;
  return strikes->locked_until;
}

void Guard::unlock(core::DeviceId device) {
  device_strikes_.erase(key_of(device));
}

std::optional<Refusal> Guard::registration_rate(const Source& source, core::Time now) {
  const std::uint32_t most = settings_.source_registrations_per_minute;
  if (most == 0 || is_allowed(source)) return std::nullopt;
  Bucket& bucket = registrations_.at(source.bits(), now);
  if (bucket.take(most, kMinute, now)) return std::nullopt;
  return Refusal{.rule = Rule::source_registration_rate,
                 .reason = fmt::format("the address sent {} REGISTERs within a minute", most)};
}

Finding Guard::ban(const Source& source, std::string_view reason, std::string_view by,
                   core::Time until, core::Time now) {
  Finding finding{.at = now,
                  .source = source,
                  .rule = Rule::ban_operator,
                  .outcome = Outcome::banned,
                  .detail = std::string(reason),
                  .by = std::string(by),
                  .until = until};
  tell(finding);
  return finding;
}

std::optional<Finding> Guard::lift(const Source& source, std::string_view reason,
                                   std::string_view by, core::Time now) {
  const Record* record = bans_.find(source);
  if (record == nullptr || !record->is_banned(now)) return std::nullopt;
  Finding finding{.at = now,
                  .source = source,
                  .rule = record->rule,
                  .outcome = Outcome::lifted,
                  .detail = std::string(reason),
                  .by = std::string(by)};
  // It begins anew: what it did before has been judged.
  watches_.erase(source.bits());
  source_strikes_.erase(source.bits());
  tell(finding);
  return finding;
}

void Guard::expire(core::Time now) {
  for (const Source& source : bans_.take_expired(now)) {
    const Record* record = bans_.find(source);
    tell({.at = now,
          .source = source,
          .rule = record->rule,
          .outcome = Outcome::expired,
          .detail = "its time is over"});
  }
}

void Guard::judge(const Source& source, Rule rule, std::string detail, core::Time now) {
  if (!settings_.bans_scanners && rule != Rule::ban_passwords) return;
  Watch& watch = this->watch(source, now);
  if (watch.spared_until > now || bans_.is_banned(source, now)) return;
  Finding finding{.at = now, .source = source, .rule = rule, .detail = std::move(detail)};
  const std::uint32_t phones = census_.from(source);
  if (phones > 0) {
    watch.spared_until = now + kSparedFor;
    finding.outcome = Outcome::spared;
    finding.detail +=
        fmt::format("; not banned, since {} registered from there",
                    phones == 1 ? "a phone is" : fmt::format("{} phones are", phones));
    return tell(std::move(finding));
  }
  const Record* record = bans_.find(source);
  // Whoever writes false sender addresses could fill the journal with bans.
  if (!ban_rate_.take(kMostBansPerMinute, kMinute, now)) return;
  finding.until = now + ban_length(record == nullptr ? 0 : record->offences, settings_);
  ++totals_.bans;
  tell(std::move(finding));
}

std::uint64_t Guard::bit_of(std::string_view text) const {
  // FNV-1a with our seed: which bit a name gets is nobody's to choose.
  std::uint64_t hash = 0xcbf29ce484222325U ^ seed_;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  // Short names differ in their last bits alone: fold them into the top.
  hash = (hash ^ (hash >> 32U)) * 0x9e3779b97f4a7c15U;
  return std::uint64_t{1} << (hash >> 58U);
}

void Guard::tell(Finding finding) {
  bans_.note(finding);
  if (on_finding_) on_finding_(finding);
}

Behaviour Guard::behaviour(const Source& source, core::Time now) {
  Behaviour shown;
  if (const Watch* seen = watches_.find(source.bits())) {
    const bool is_recent = now - seen->minute_began < kMinute;
    shown.is_proven = seen->proven_until > now;
    if (is_recent) {
      shown.unknown_users = estimate(seen->unknown_users);
      shown.probed_numbers = estimate(seen->probed_numbers);
      shown.malformed = seen->malformed;
      shown.dropped = seen->dropped;
    }
  }
  if (const Strikes* strikes = source_strikes_.find(source.bits())) {
    shown.wrong_passwords = strikes->within_minute(now);
  }
  return shown;
}

}  // namespace trunkline::guard
