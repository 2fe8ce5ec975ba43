// SPDX-License-Identifier: MIT
#include "guard/limits.h"

#include <catch2/catch.hpp>
#include <random>

#include "guard/moment.h"

namespace trunkline::guard {
namespace {

const Settings kNone{.source = {},
                     .source_registrations_per_minute = 0,
                     .device = {},
                     .user = {},
                     .tenant = {},
                     .calls = 0};

Subject subject() {
  static const auto kTenant = core::TenantId::make(kNow);
  static const auto kUser = core::UserId::make(kNow);
  static const auto kDevice = core::DeviceId::make(kNow);
  return {.source = Source::parse("192.0.2.1").value(),
          .tenant = kTenant,
          .user = kUser,
          .device = kDevice};
}

}  // namespace

TEST_CASE("guard limits: calls at the same time, at every level", "[guard]") {
  struct Row {
    const char* what;
    Settings settings;
    Subject subject;
    Rule rule;
    std::string reason;
  };
  const auto with = [](auto change) {
    Settings settings = kNone;
    change(settings);
    return settings;
  };
  const auto of = [](auto change) {
    Subject changed = subject();
    change(changed);
    return changed;
  };
  const std::vector<Row> rows{
      {"device by setting", with([](Settings& s) { s.device.calls = 2; }), subject(),
       Rule::device_calls, "the device has 2 of 2 calls"},
      {"device of its own", kNone, of([](Subject& s) { s.device_quota.calls = 2; }),
       Rule::device_calls, "the device has 2 of 2 calls"},
      {"user", kNone, of([](Subject& s) { s.user_quota.calls = 2; }), Rule::user_calls,
       "the user has 2 of 2 calls"},
      {"tenant", kNone, of([](Subject& s) { s.tenant_quota.calls = 2; }), Rule::tenant_calls,
       "the tenant has 2 of 2 calls"},
      {"source", with([](Settings& s) { s.source.calls = 2; }), subject(), Rule::source_calls,
       "the address has 2 of 2 calls"},
      {"global", with([](Settings& s) { s.calls = 2; }), subject(), Rule::global_calls,
       "the exchange has 2 of 2 calls"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallLimits limits;
    CHECK_FALSE(limits.enter(row.subject, row.settings, kNow));
    CHECK_FALSE(limits.enter(row.subject, row.settings, kNow));
    const auto refusal = limits.enter(row.subject, row.settings, kNow);
    REQUIRE(refusal);
    CHECK(refusal->rule == row.rule);
    CHECK(refusal->reason == row.reason);
    CHECK((refusal->retry_after.count() > 0) == (refusal->status() == 503));
    CHECK(limits.live() == 2);
    // One that ends makes room; the refused one was not counted.
    limits.leave(row.subject);
    CHECK_FALSE(limits.enter(row.subject, row.settings, kNow));
    // Emergency calls are counted, never refused.
    limits.enter_emergency(row.subject);
    CHECK(limits.live() == 3);
    for (int i = 0; i < 3; ++i) limits.leave(row.subject);
    CHECK(limits.live() == 0);
    limits.forget_idle(kNow + core::Seconds(3600));
    CHECK(limits.size() == 0);
  }
}

TEST_CASE("guard limits: calls begun in a minute", "[guard]") {
  Settings settings = kNone;
  settings.device.calls_per_minute = 3;
  CallLimits limits;
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(limits.enter(subject(), settings, kNow));
    limits.leave(subject());
  }
  const auto refusal = limits.enter(subject(), settings, kNow);
  REQUIRE(refusal);
  CHECK(refusal->rule == Rule::device_call_rate);
  CHECK(refusal->reason == "the device has begun 3 calls within a minute");
  CHECK(refusal->status() == 403);
  CHECK(limits.enter(subject(), settings, kNow + core::Seconds(19)));
  CHECK_FALSE(limits.enter(subject(), settings, kNow + core::Seconds(21)));
  CHECK(limits.enter(subject(), settings, kNow + core::Seconds(22)));
}

TEST_CASE("guard limits: calls begun in a second, by all", "[guard]") {
  Settings settings = kNone;
  settings.calls_per_second = 10;
  CallLimits limits;
  unsigned begun = 0;
  for (int i = 0; i < 100; ++i) {
    if (!limits.enter(subject(), settings, kNow)) ++begun;
  }
  CHECK(begun == 10);
  const auto refusal = limits.enter(subject(), settings, kNow);
  REQUIRE(refusal);
  CHECK(refusal->rule == Rule::global_call_rate);
  CHECK(refusal->status() == 503);
  CHECK(refusal->retry_after == core::Seconds(1));
}

TEST_CASE("guard limits: an allowed address has no limits of its own", "[guard]") {
  Settings settings = kNone;
  settings.source = {.calls = 1, .calls_per_minute = 1, .registrations = 1};
  Subject allowed = subject();
  allowed.is_allowed_source = true;
  CallLimits limits;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.enter(allowed, settings, kNow));
}

TEST_CASE("guard limits: a quota of 0 takes a limit away", "[guard]") {
  Settings settings = kNone;
  settings.device.calls = 1;
  Subject free = subject();
  free.device_quota.calls = 0;
  CallLimits limits;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.enter(free, settings, kNow));
}

TEST_CASE("guard limits: whatever comes and goes, the counts add up", "[guard]") {
  std::mt19937 random(7);
  Settings settings = kNone;
  settings.device.calls = 3;
  settings.tenant.calls = 7;
  settings.calls = 12;
  std::vector<Subject> subjects;
  for (int tenant = 0; tenant < 3; ++tenant) {
    const auto id = core::TenantId::make(kNow);
    for (int i = 0; i < 4; ++i) {
      subjects.push_back({.source = Source::parse("192.0.2.1").value(),
                          .tenant = id,
                          .device = core::DeviceId::make(kNow)});
    }
  }
  CallLimits limits;
  std::vector<std::size_t> live;
  for (int i = 0; i < 100'000; ++i) {
    if (!live.empty() && random() % 2 == 0) {
      const std::size_t which = random() % live.size();
      limits.leave(subjects[live[which]]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    } else {
      const std::size_t who = random() % subjects.size();
      const auto of_device = static_cast<std::size_t>(std::ranges::count(live, who));
      const auto of_tenant = static_cast<std::size_t>(
          std::ranges::count_if(live, [&](std::size_t other) { return other / 4 == who / 4; }));
      const bool may = of_device < 3 && of_tenant < 7 && live.size() < 12;
      CHECK(limits.enter(subjects[who], settings, kNow).has_value() != may);
      if (may) live.push_back(who);
    }
    REQUIRE(limits.live() == live.size());
  }
}

TEST_CASE("guard census: who is registered from where", "[guard]") {
  Census census;
  const Subject who = subject();
  const Source other = Source::parse("192.0.2.9").value();
  census.bound(1, {.source = who.source, .tenant = who.tenant, .user = who.user});
  census.bound(2, {.source = who.source, .tenant = who.tenant, .user = {}});
  CHECK(census.from(who.source) == 2);
  census.bound(2, {.source = other, .tenant = who.tenant, .user = {}});
  CHECK(census.from(who.source) == 1);
  CHECK(census.from(other) == 1);
  Settings settings = kNone;
  settings.tenant.registrations = 2;
  REQUIRE(census.refusal(who, settings));
  CHECK(census.refusal(who, settings)->rule == Rule::tenant_registrations);
  CHECK(census.refusal(who, settings)->reason == "the tenant has 2 of 2 registrations");
  census.unbound(2);
  CHECK_FALSE(census.refusal(who, settings));
  settings.user.registrations = 1;
  CHECK(census.refusal(who, settings)->rule == Rule::user_registrations);
  settings.source.registrations = 1;
  CHECK(census.refusal(who, settings)->rule == Rule::source_registrations);
  census.unbound(1);
  census.unbound(1);
  CHECK(census.size() == 0);
  CHECK(census.from(who.source) == 0);
}

}  // namespace trunkline::guard
