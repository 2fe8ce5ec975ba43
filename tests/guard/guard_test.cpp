// SPDX-License-Identifier: MIT
#include "guard/guard.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>

namespace trunkline::guard {
namespace {

const core::Time kStart = core::parse_rfc3339("2026-11-21T08:00:00Z").value();
const Source kAttacker = Source::parse("198.51.100.66").value();
const Source kOffice = Source::parse("203.0.113.5").value();
const auto kAlice = core::DeviceId::make(kStart);
const auto kBob = core::DeviceId::make(kStart);

using core::Milliseconds;
using core::Seconds;

/// A guard that remembers what it told, and a clock.
struct World {
  explicit World(Settings settings = {}) { guard.set(std::move(settings)); }
  void wrong(const Source& source, core::DeviceId device, unsigned times, Seconds apart) {
    for (unsigned i = 0; i < times; ++i) {
      guard.wrong_password(source, device, "alice", now);
      now += apart;
    }
  }
  bool is_banned(const Source& source) { return guard.bans().is_banned(source, now); }
  std::size_t count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(told, outcome, &Finding::outcome));
  }

  std::vector<Finding> told;
  Guard guard{4711, [this](const Finding& finding) { told.push_back(finding); }};
  core::Time now = kStart;
};

}  // namespace

TEST_CASE("guard: five wrong passwords in a minute lock address and device for 15 minutes",
          "[guard]") {
  World world;
  world.wrong(kAttacker, kAlice, 4, Seconds(10));
  CHECK(world.told.empty());
  CHECK(world.guard.admits(kAttacker, world.now));
  world.wrong(kAttacker, kAlice, 1, Seconds(0));
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[0].rule == Rule::lock_device);
  CHECK(world.told[0].outcome == Outcome::locked);
  CHECK(world.told[0].detail == "5 wrong passwords within a minute, the last for 'alice'");
  CHECK(world.told[1].rule == Rule::ban_passwords);
  CHECK(world.told[1].outcome == Outcome::banned);
  CHECK_FALSE(world.guard.admits(kAttacker, world.now));
  CHECK(world.guard.locked_until(kAlice, world.now) == world.now + Seconds(900));
  CHECK_FALSE(world.guard.locked_until(kBob, world.now));

  world.now += Seconds(899);
  world.guard.expire(world.now);
  CHECK_FALSE(world.guard.admits(kAttacker, world.now));
  CHECK(world.guard.locked_until(kAlice, world.now));
  world.now += Seconds(1);
  world.guard.expire(world.now);
  CHECK(world.guard.admits(kAttacker, world.now));
  CHECK_FALSE(world.guard.locked_until(kAlice, world.now));
  CHECK(world.told.back().outcome == Outcome::expired);
  world.guard.expire(world.now + Seconds(1));
  CHECK(world.count(Outcome::expired) == 1);
}

TEST_CASE("guard: wrong passwords that are spread over time lock nobody", "[guard]") {
  World world;
  world.wrong(kAttacker, kAlice, 200, Seconds(15));
  CHECK(world.told.empty());
}

TEST_CASE("guard: an address with a live registration is told of, not banned", "[guard]") {
  World world;
  world.guard.census().bound(1, {.source = kOffice});
  world.wrong(kOffice, kAlice, 20, Seconds(1));
  CHECK_FALSE(world.is_banned(kOffice));
  CHECK(world.count(Outcome::spared) == 1);
  CHECK(world.count(Outcome::locked) == 1);
  const auto spared = std::ranges::find(world.told, Outcome::spared, &Finding::outcome);
  CHECK(spared->detail ==
        "5 wrong passwords within a minute, the last for 'alice'; not banned, since a phone is "
        "registered from there");
  // Told once a minute, not at every try.
  world.now += Seconds(61);
  world.wrong(kOffice, kBob, 5, Seconds(0));
  CHECK(world.count(Outcome::spared) == 2);
  world.guard.census().unbound(1);
  world.now += Seconds(61);
  world.wrong(kOffice, kBob, 5, Seconds(0));
  CHECK(world.is_banned(kOffice));
}

TEST_CASE("guard: a device that is attacked from everywhere is locked", "[guard]") {
  World world;
  for (unsigned i = 0; i < 5; ++i) {
    world.wrong(Source::parse(fmt::format("198.51.100.{}", i)).value(), kAlice, 1, Seconds(1));
  }
  CHECK(world.guard.locked_until(kAlice, world.now));
  CHECK(world.count(Outcome::banned) == 0);
  world.guard.unlock(kAlice);
  CHECK_FALSE(world.guard.locked_until(kAlice, world.now));
}

TEST_CASE("guard: scanners are known by what they do", "[guard]") {
  World world;
  SECTION("many users that do not exist") {
    for (unsigned i = 100; i < 140; ++i) {
      world.guard.unknown_user(kAttacker, std::to_string(i), world.now);
    }
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].rule == Rule::ban_unknown_users);
  }
  SECTION("one wrong name, however often, is a phone with a typing error") {
    for (unsigned i = 0; i < 1000; ++i) world.guard.unknown_user(kAttacker, "alicce", world.now);
    CHECK(world.told.empty());
  }
  SECTION("many numbers without authentication") {
    for (unsigned i = 100; i < 160; ++i) {
      world.guard.knocked(kAttacker, {.user_agent = "x", .number = std::to_string(i)}, world.now);
    }
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].rule == Rule::ban_probing);
  }
  SECTION("many numbers of somebody who proves who it is") {
    for (unsigned i = 100; i < 160; ++i) {
      world.guard.knocked(kOffice, {.user_agent = "x", .number = std::to_string(i)}, world.now);
      world.guard.proven(kOffice, world.now);
    }
    CHECK(world.told.empty());
  }
  SECTION("malformed messages") {
    for (unsigned i = 0; i < 30; ++i) world.guard.malformed(kAttacker, world.now);
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].rule == Rule::ban_malformed);
  }
  SECTION("malformed messages now and then") {
    for (unsigned i = 0; i < 300; ++i) {
      world.guard.malformed(kAttacker, world.now);
      world.now += Seconds(3);
    }
    CHECK(world.told.empty());
  }
  SECTION("a tool's name, from the first message") {
    world.guard.knocked(kAttacker, {.user_agent = "Friendly-Scanner", .number = {}}, world.now);
    REQUIRE(world.told.size() == 1);
    CHECK(world.told[0].rule == Rule::ban_tool);
  }
  SECTION("ordinary phones' names") {
    for (const char* name : {"", "Grandstream GXP1760W 1.0.1.75", "baresip v1.0.0",
                             "Linphone/5.2 (belle-sip/5.2)", "Zoiper rv2.10", "sipsak 0.9.8"}) {
      world.guard.knocked(kAttacker, {.user_agent = name, .number = {}}, world.now);
    }
    CHECK(world.told.empty());
  }
  SECTION("in the allow list nobody looks") {
    world.guard.set({.allow = {os::Network::parse("198.51.100.0/24").value()}});
    for (unsigned i = 100; i < 400; ++i) {
      world.guard.unknown_user(kAttacker, std::to_string(i), world.now);
      world.guard.malformed(kAttacker, world.now);
      world.guard.knocked(kAttacker, {.user_agent = "sipvicious", .number = std::to_string(i)},
                          world.now);
      world.guard.wrong_password(kAttacker, {}, "x", world.now);
      CHECK(world.guard.admits(kAttacker, world.now));
    }
    CHECK(world.told.empty());
  }
}

TEST_CASE("guard: a flood is dropped at once and banned when it goes on", "[guard]") {
  World world({.packets_per_second = 100});
  unsigned admitted = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    if (world.guard.admits(kAttacker, world.now)) ++admitted;
    world.now += Milliseconds(1);
  }
  // A second's worth at once, and a second's worth meanwhile.
  CHECK(admitted >= 199);
  CHECK(admitted <= 201);
  CHECK(world.told.empty());
  CHECK(world.guard.totals().dropped_flood == 1000 - admitted);
  CHECK(world.guard.admits(kOffice, world.now));
  for (unsigned i = 0; i < 1000; ++i) (void)world.guard.admits(kAttacker, world.now);
  REQUIRE(world.told.size() == 1);
  CHECK(world.told[0].rule == Rule::ban_flood);
}

TEST_CASE("guard: whoever has authenticated may send as much as it likes", "[guard]") {
  World world({.packets_per_second = 10});
  world.guard.proven(kOffice, world.now);
  for (unsigned i = 0; i < 10'000; ++i) REQUIRE(world.guard.admits(kOffice, world.now));
}

TEST_CASE("guard: each further ban is four times as long, up to the longest", "[guard]") {
  World world({.ban_time = Seconds(60), .ban_time_max = Seconds(600)});
  for (const std::int64_t seconds : {60, 240, 600, 600}) {
    for (unsigned i = 0; i < 30; ++i) world.guard.malformed(kAttacker, world.now);
    REQUIRE(world.is_banned(kAttacker));
    CHECK(world.guard.bans().find(kAttacker)->until == world.now + Seconds(seconds));
    world.now += Seconds(seconds) + Seconds(60);
    world.guard.expire(world.now);
  }
}

TEST_CASE("guard: bans by hand, and their end", "[guard]") {
  World world;
  (void)world.guard.ban(kAttacker, "toll fraud", "uid:0 root", core::Time::max(), world.now);
  world.now += Seconds(86'400L * 3650);
  world.guard.expire(world.now);
  CHECK_FALSE(world.guard.admits(kAttacker, world.now));
  CHECK(world.guard.bans().banned(world.now).size() == 1);
  const auto lifted = world.guard.lift(kAttacker, "a mistake", "uid:0 root", world.now);
  REQUIRE(lifted);
  CHECK(lifted->outcome == Outcome::lifted);
  CHECK(world.guard.admits(kAttacker, world.now));
  CHECK_FALSE(world.guard.lift(kAttacker, "", "uid:0 root", world.now));
  CHECK(world.guard.bans().find(kAttacker)->findings.size() == 2);
}

TEST_CASE("guard: a million random deeds of any number of sources stay within bounds", "[guard]") {
  // Properties: memory is bounded, whoever is registered is never banned by a rule, and every ban
  // has an end.
  World world({.packets_per_second = 50});
  std::mt19937_64 random(42);
  const auto any = [&](std::uint64_t below) { return random() % below; };
  const auto source_of = [](std::uint64_t number) {
    return Source::parse(
               fmt::format("10.{}.{}.{}", number >> 16U & 255U, number >> 8U & 255U, number & 255U))
        .value();
  };
  for (unsigned i = 0; i < 20; ++i) world.guard.census().bound(i, {.source = source_of(i)});
  for (unsigned i = 0; i < 1'000'000; ++i) {
    const Source source = source_of(any(3) == 0 ? any(1'000'000) : any(60));
    switch (any(6)) {
      case 0:
        world.guard.malformed(source, world.now);
        break;
      case 1:
        world.guard.unknown_user(source, std::to_string(any(500)), world.now);
        break;
      case 2:
        world.guard.wrong_password(source, any(2) == 0 ? kAlice : kBob, "x", world.now);
        break;
      case 3:
        world.guard.knocked(source, {.user_agent = "x", .number = std::to_string(any(500))},
                            world.now);
        break;
      default:
        (void)world.guard.admits(source, world.now);
    }
    world.now += core::Microseconds(any(2000));
    if (i % 1000 == 0) world.guard.expire(world.now);
  }
  CHECK(world.count(Outcome::banned) >= 40);
  CHECK(world.count(Outcome::spared) >= 20);
  for (unsigned i = 0; i < 20; ++i) CHECK_FALSE(world.is_banned(source_of(i)));
  CHECK(world.guard.bans().size() <= 4'096);
  for (const Finding& finding : world.told) {
    if (finding.outcome != Outcome::banned) continue;
    CHECK(finding.until > finding.at);
    CHECK(finding.until <= finding.at + Seconds(7 * 86'400));
  }
}

TEST_CASE("guard: what a source did in the last minute is told", "[guard]") {
  World world;
  world.wrong(kAttacker, {}, 2, Seconds(1));
  world.guard.malformed(kAttacker, world.now);
  world.guard.unknown_user(kAttacker, "x", world.now);
  const Behaviour seen = world.guard.behaviour(kAttacker, world.now);
  CHECK(seen.wrong_passwords == 2);
  CHECK(seen.malformed == 1);
  CHECK(seen.unknown_users == 1);
  CHECK_FALSE(seen.is_proven);
  CHECK(world.guard.behaviour(kAttacker, world.now + Seconds(120)).malformed == 0);
  CHECK(world.guard.behaviour(kOffice, world.now).wrong_passwords == 0);
}

}  // namespace trunkline::guard
