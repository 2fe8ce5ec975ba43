// SPDX-License-Identifier: MIT
#include "guard/limits.h"

#include <fmt/format.h>

#include <array>
#include <cassert>

namespace trunkline::guard {
namespace {

/// A limit of calls ends when one of them does, which nobody can foretell.
constexpr core::Seconds kSoon{5};

core::Uuid uuid_of(const Source& source) {
  std::array<std::byte, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::byte>(source.bits() >> (8U * i));
  }
  return core::Uuid(bytes);
}

template <class Map, class Key>
void change(Map& map, const Key& key, int by) {
  const auto entry = map.try_emplace(key, 0U).first;
  if (by > 0) {
    ++entry->second;
  } else if (entry->second <= 1) {
    map.erase(entry);
  } else {
    --entry->second;
  }
}

template <class Map, class Key>
std::uint32_t count_at(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? 0 : found->second;
}

std::uint32_t number(const std::optional<std::uint32_t>& limit) {
  return limit.value_or(0);
}

}  // namespace

std::size_t CallLimits::HashKey::operator()(const Key& key) const noexcept {
  return std::hash<core::Uuid>{}(key.id) + key.level;
}

struct CallLimits::Level {
  Key key;
  bool is_there = true;
  std::uint32_t calls = 0;
  std::uint32_t calls_per_minute = 0;
  Rule calls_rule = Rule::device_calls;
  Rule rate_rule = Rule::device_call_rate;
  std::string_view who;
};

std::array<CallLimits::Level, 4> CallLimits::levels_of(const Subject& subject,
                                                       const Settings& settings) {
  const auto level = [](std::uint8_t place, const core::Uuid& id, const Quota& quota,
                        Rule calls_rule, Rule rate_rule, std::string_view who) {
    return Level{.key = {.level = place, .id = id},
                 .calls = number(quota.calls),
                 .calls_per_minute = number(quota.calls_per_minute),
                 .calls_rule = calls_rule,
                 .rate_rule = rate_rule,
                 .who = who};
  };
  std::array<Level, 4> levels{
      level(0, subject.device.uuid(), subject.device_quota.or_else(settings.device),
            Rule::device_calls, Rule::device_call_rate, "the device"),
      level(1, subject.user.uuid(), subject.user_quota.or_else(settings.user), Rule::user_calls,
            Rule::user_call_rate, "the user"),
      level(2, subject.tenant.uuid(), subject.tenant_quota.or_else(settings.tenant),
            Rule::tenant_calls, Rule::tenant_call_rate, "the tenant"),
      level(3, uuid_of(subject.source), settings.source, Rule::source_calls, Rule::source_call_rate,
            "the address")};
  levels[1].is_there = !subject.user.is_nil();
  levels[3].is_there = !subject.is_allowed_source;
  return levels;
}

std::optional<Refusal> CallLimits::refusal_of_all(std::size_t calls, const Settings& settings,
                                                  core::Time now) {
  if (settings.calls != 0 && calls >= settings.calls) {
    return Refusal{.rule = Rule::global_calls,
                   .reason = fmt::format("the exchange has {} of {} calls", calls, settings.calls),
                   .retry_after = kSoon};
  }
  const std::uint32_t burst = settings.calls_per_second;
  if (burst != 0 && !rate_.has_token(burst, kSecond, now)) {
    return Refusal{.rule = Rule::global_call_rate,
                   .reason = fmt::format("the exchange takes {} calls a second", burst),
                   .retry_after = rate_.wait(burst, kSecond)};
  }
  return std::nullopt;
}

std::optional<Refusal> CallLimits::enter(const Subject& subject, const Settings& settings,
                                         core::Time now) {
  if (auto refusal = refusal_of_all(live_, settings, now)) return refusal;
  const auto levels = levels_of(subject, settings);
  for (const Level& level : levels) {
    if (!level.is_there) continue;
    Party& party = parties_[level.key];
    party.rate_limit = level.calls_per_minute;
    if (level.calls != 0 && party.live >= level.calls) {
      return Refusal{
          .rule = level.calls_rule,
          .reason = fmt::format("{} has {} of {} calls", level.who, party.live, level.calls)};
    }
    if (level.calls_per_minute != 0 &&
        !party.rate.has_token(level.calls_per_minute, kMinute, now)) {
      return Refusal{.rule = level.rate_rule,
                     .reason = fmt::format("{} has begun {} calls within a minute", level.who,
                                           level.calls_per_minute)};
    }
  }
  for (const Level& level : levels) {
    if (!level.is_there) continue;
    Party& party = parties_[level.key];
    ++party.live;
    if (level.calls_per_minute != 0) (void)party.rate.take(level.calls_per_minute, kMinute, now);
  }
  if (settings.calls_per_second != 0) (void)rate_.take(settings.calls_per_second, kSecond, now);
  ++live_;
  return std::nullopt;
}

void CallLimits::enter_emergency(const Subject& subject) {
  for (const Level& level : levels_of(subject, {})) {
    if (level.is_there) ++parties_[level.key].live;
  }
  ++live_;
}

void CallLimits::leave(const Subject& subject) {
  for (const Level& level : levels_of(subject, {})) {
    if (!level.is_there) continue;
    const auto found = parties_.find(level.key);
    assert(found != parties_.end() && found->second.live > 0);
    --found->second.live;
  }
  assert(live_ > 0);
  --live_;
}

void CallLimits::forget_idle(core::Time now) {
  for (auto entry = parties_.begin(); entry != parties_.end();) {
    Party& party = entry->second;
    const bool is_idle = party.live == 0 && (party.rate_limit == 0 ||
                                             party.rate.is_full(party.rate_limit, kMinute, now));
    entry = is_idle ? parties_.erase(entry) : std::next(entry);
  }
}

void Census::count(const Registered& registered, int by) {
  change(by_source_, registered.source, by);
  change(by_owner_, registered.tenant.uuid(), by);
  if (!registered.user.is_nil()) change(by_owner_, registered.user.uuid(), by);
}

void Census::bound(std::uint64_t binding, const Registered& registered) {
  const auto [entry, is_new] = bindings_.try_emplace(binding, registered);
  if (!is_new) {
    count(entry->second, -1);
    entry->second = registered;
  }
  count(registered, 1);
}

void Census::unbound(std::uint64_t binding) {
  const auto found = bindings_.find(binding);
  if (found == bindings_.end()) return;
  count(found->second, -1);
  bindings_.erase(found);
}

std::uint32_t Census::from(const Source& source) const {
  return count_at(by_source_, source);
}

std::optional<Refusal> Census::refusal(const Subject& subject, const Settings& settings) const {
  struct Row {
    bool is_there;
    std::uint32_t limit;
    std::uint32_t count;
    Rule rule;
    std::string_view who;
  };
  const std::array rows{
      Row{!subject.is_allowed_source, number(settings.source.registrations), from(subject.source),
          Rule::source_registrations, "the address"},
      Row{!subject.user.is_nil(), number(subject.user_quota.or_else(settings.user).registrations),
          count_at(by_owner_, subject.user.uuid()), Rule::user_registrations, "the user"},
      Row{true, number(subject.tenant_quota.or_else(settings.tenant).registrations),
          count_at(by_owner_, subject.tenant.uuid()), Rule::tenant_registrations, "the tenant"}};
  for (const Row& row : rows) {
    if (!row.is_there || row.limit == 0 || row.count < row.limit) continue;
    return Refusal{
        .rule = row.rule,
        .reason = fmt::format("{} has {} of {} registrations", row.who, row.count, row.limit)};
  }
  return std::nullopt;
}

}  // namespace trunkline::guard
