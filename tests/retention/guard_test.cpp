// SPDX-License-Identifier: MIT
#include "retention/guard.h"

#include <catch2/catch.hpp>

namespace trunkline::retention {
namespace {

const core::Time kTonight = core::parse_rfc3339("2026-11-21T02:15:00Z").value();
constexpr core::Seconds kHour = std::chrono::hours(1);
constexpr core::Seconds kDay = std::chrono::hours(24);

/// A night like every other: 1 % is due.
SweepFacts ordinary() {
  return {.now = kTonight,
          .database_now = kTonight,
          .last_sweep = kTonight - kDay,
          .last_entry = kTonight - kHour,
          .shares = {{Kind::recording, 100, 10'000}, {Kind::call, 0, 50'000}}};
}

using Objections = std::vector<std::string>;

}  // namespace

TEST_CASE("a sweep like every other needs nobody's word", "[retention]") {
  CHECK(objections(ordinary(), {}).empty());
  SweepFacts facts = ordinary();
  facts.shares = {{Kind::recording, 2'000, 10'000}};
  CHECK(objections(facts, {}).empty());
  // After a weekend off.
  facts.last_sweep = kTonight - 3 * kDay;
  facts.last_entry = kTonight - 3 * kDay;
  CHECK(objections(facts, {}).empty());
}

TEST_CASE("a sweep of more than the set share asks, unless it is of a few", "[retention]") {
  SweepFacts facts = ordinary();
  facts.shares = {{Kind::recording, 2'001, 10'000}, {Kind::call, 50'000, 50'000}};
  CHECK(objections(facts, {}) == Objections{"2001 of 10000 recordings would go, more than 20 %",
                                            "50000 of 50000 calls would go, more than 20 %"});
  CHECK(objections(facts, {.most_percent = 100}).empty());
  facts.shares = {{Kind::recording, 19, 19}};
  CHECK(objections(facts, {}).empty());
  facts.shares = {{Kind::recording, 20, 20}};
  CHECK(objections(facts, {}).size() == 1);
}

TEST_CASE("a clock that was stepped is noticed before anything goes", "[retention]") {
  SECTION("by a year, and all that is kept is due") {
    SweepFacts facts = ordinary();
    facts.now += 365 * kDay;
    facts.database_now += 365 * kDay;
    facts.shares = {{Kind::recording, 19, 19}};  // a site so small that no share counts
    CHECK(objections(facts, {}) ==
          Objections{"the last sweep was 366 days ago, or the clock was set ahead"});
    facts.last_sweep.reset();
    CHECK(objections(facts, {}) ==
          Objections{"the ledger's last entry came 365 days ago, or the clock was set ahead"});
    // Daemons that go on with the wrong clock: what is due speaks.
    facts.last_entry = facts.now;
    facts.shares = {{Kind::recording, 10'000, 10'000}};
    CHECK(objections(facts, {}).size() == 1);
  }
  SECTION("by an hour, and an hour's worth is due") {
    SweepFacts facts = ordinary();
    facts.now += kHour;
    CHECK(objections(facts, {}) ==
          Objections{"this host's clock (2026-11-21T03:15:00.000000Z) and the database's "
                     "(2026-11-21T02:15:00.000000Z) differ"});
    facts.database_now += kHour;
    CHECK(objections(facts, {}).empty());
  }
  SECTION("back, and nothing is due too early") {
    SweepFacts facts = ordinary();
    facts.now -= 365 * kDay;
    facts.database_now -= 365 * kDay;
    CHECK(objections(facts, {}).empty());
  }
  SECTION("and nothing is due at all") {
    SweepFacts facts = ordinary();
    facts.now += 365 * kDay;
    facts.shares = {{Kind::recording, 0, 10'000}};
    CHECK(objections(facts, {}).empty());
  }
}

}  // namespace trunkline::retention
