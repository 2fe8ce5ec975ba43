// SPDX-License-Identifier: MIT
#include "retention/sweep.h"

#include <catch2/catch.hpp>
#include <random>

#include "core/text.h"
#include "localdb/database.h"
#include "retention/erasing_world.h"
#include "retention/holds.h"
#include "retention/policies.h"
#include "retention/request.h"
#include "support/faulty_location.h"

namespace trunkline::retention {
namespace {

using test::ErasingWorld;
using test::kGone;
using test::kWhole;
using test::Recorded;

struct Crash {};

Hold hold_of(const ErasingWorld& world, std::string name, std::string number) {
  return {.tenant = world.tenant,
          .case_name = std::move(name),
          .owner = "legal",
          .reason = "letter",
          .numbers = {std::move(number)},
          .added_by = "uid:0 root"};
}

}  // namespace

TEST_CASE("a sweep erases what is due, key, file and row, and leaves the rest", "[retention]") {
  ErasingWorld world;
  const Recorded due = world.add(91);
  const Recorded young = world.add(89);
  const Recorded held = world.add(200, "+15550123");
  const Recorded lost = world.add(300);
  std::filesystem::remove(world.file_of(lost));
  REQUIRE(add_hold(world.operators, hold_of(world, "Doe", "+15550123"), world.clock.wall()));

  ErasingWorld::Process process(world);
  Elsewhere elsewhere;
  const Survey seen = survey(process.database, Planner(load_rules(process.database, Days(90))),
                             world.clock.wall(), elsewhere);
  CHECK(seen.due(Kind::recording) == 2);
  CHECK(seen.due(Kind::call) == 0);
  REQUIRE(seen.withheld.size() == 1);
  CHECK(seen.withheld[0].reason == "hold 'Doe' of legal keeps it: letter");

  const Erased erased = process.sweep();
  CHECK(erased.recordings == 2);
  CHECK(erased.missing == 1);
  CHECK(erased.failed == 0);
  CHECK(world.traces_of(due) == kGone);
  CHECK(world.traces_of(lost) == kGone);
  CHECK(world.traces_of(young) == kWhole);
  CHECK(world.traces_of(held) == kWhole);
  CHECK(world.has_call(due.call));
  CHECK(world.is_audit_whole());
  // Again: there is nothing to do.
  CHECK(process.sweep().recordings == 0);
  CHECK(world.traces_of(due) == kGone);
  // A late entry does not bring it back.
  world.rows.add("recording.failed", world.tenant, due.call,
                 {{"schema", "recording.v1"},
                  {"recording", due.recording.text()},
                  {"status", "failed"},
                  {"started_at", "2026-01-01T00:00:00Z"}});
  CHECK(world.traces_of(due) == kGone);
  const auto runs = last_runs(process.database, RunKind::sweep, 5);
  REQUIRE(runs.size() == 2);
  // Both began at the same moment of this clock.
  const Run& first = runs[0].recordings > 0 ? runs[0] : runs[1];
  CHECK(first.recordings == 2);
  CHECK(first.bytes == 2000);
  CHECK(first.missing == 1);
  CHECK(first.who == "test");
}

TEST_CASE("a call goes where a policy says so, and never before its recording", "[retention]") {
  ErasingWorld world;
  const Recorded old = world.add(50);
  const Recorded bound = world.add(50);
  REQUIRE(add_hold(world.operators,
                   {.tenant = world.tenant,
                    .case_name = "one",
                    .owner = "legal",
                    .reason = "letter",
                    .items = {bound.recording.uuid()},
                    .added_by = "uid:0 root"},
                   world.clock.wall()));
  REQUIRE(set_policy(world.operators, {.tenant = world.tenant, .name = "short", .keep = Days(30)},
                     world.clock.wall()));
  REQUIRE(
      set_policy(world.operators,
                 {.tenant = world.tenant, .name = "calls", .kind = Kind::call, .keep = Days(40)},
                 world.clock.wall()));
  ErasingWorld::Process process(world);
  // One thing a night: the recording first.
  CHECK(process.sweep({.limit = 1}).calls == 0);
  CHECK(world.traces_of(old) == kGone);
  CHECK(world.has_call(old.call));
  CHECK(process.sweep().calls == 1);
  CHECK_FALSE(world.has_call(old.call));
  CHECK(world.has_call(bound.call));
  CHECK(world.traces_of(bound) == kWhole);
  // Nothing of the parties is left, and the entries' numbers are.
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.ledger_entry") == 4);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.ledger_entry"
                    " WHERE body::text LIKE '%Jane%'") == 1);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.audit_log"
                    " WHERE event = 'call.erased' AND why = 'policy ''calls'''") == 1);
  CHECK(world.is_audit_whole());
}

TEST_CASE("a hold that comes between the plan and the page is obeyed", "[retention]") {
  ErasingWorld world;
  std::vector<Recorded> due;
  for (int i = 0; i < 6; ++i) due.push_back(world.add(100 + i, "+1555010" + std::to_string(i)));
  ErasingWorld::Process process(world);
  // After the first page, while the second is not begun: oldest first.
  process.passed = [&, is_added = false](Step step) mutable {
    if (step != Step::done || is_added) return;
    is_added = true;
    REQUIRE(add_hold(world.operators, hold_of(world, "late", "+15550102"), world.clock.wall()));
  };
  CHECK(process.sweep({.page = 2}).recordings == 5);
  CHECK(world.traces_of(due[2]) == kWhole);
  CHECK(world.traces_of(due[0]) == kGone);
}

TEST_CASE("a store that times out after it removed, or does not answer, costs nothing",
          "[retention]") {
  using Faulty = test::FaultyLocation;
  ErasingWorld world;
  const Recorded first = world.add(102);
  const Recorded second = world.add(101);
  ErasingWorld::Process process(world);
  auto faulty = std::make_unique<Faulty>(std::move(process.location));
  Faulty& store = *faulty;
  process.location = std::move(faulty);
  SECTION("once, and it was done") {
    store.plan(Faulty::Call::remove, Faulty::Mishap::timeout_after);
    CHECK(process.sweep().recordings == 2);
    CHECK(world.traces_of(first) == kGone);
  }
  SECTION("again and again, and nothing was done") {
    for (int i = 0; i < 3; ++i) store.plan(Faulty::Call::remove, Faulty::Mishap::timeout_before);
    CHECK_THROWS_AS(process.sweep(), core::Error);
    // Its key is gone for good; what is left of it waits for the next run.
    CHECK(world.traces_of(first) == test::Traces{.has_file = true});
    CHECK(process.journal.begun().size() == 1);
    CHECK(process.sweep().recordings == 2);
    CHECK(world.traces_of(first) == kGone);
    CHECK(world.traces_of(second) == kGone);
    CHECK(process.journal.begun().empty());
  }
}

TEST_CASE("what a restore brings back is erased again", "[retention]") {
  ErasingWorld world;
  const Recorded due = world.add(100);
  const Recorded other = world.add(10);
  const std::string tables =
      "CREATE SCHEMA backup;"
      "CREATE TABLE backup.recording AS TABLE trunkline.recording;";
  db::Connection superuser = world.database.open_as_superuser();
  superuser.run_script(tables);
  const auto store = world.directory.path() / "keys.db";
  const auto kept = world.directory.path() / "keys.backup";
  { localdb::Database::open(store).copy_to(kept); }
  ErasingWorld::Process process(world);
  REQUIRE(process.sweep().recordings == 1);

  superuser.run_script(
      "DELETE FROM trunkline.recording; INSERT INTO trunkline.recording TABLE backup.recording");
  std::ofstream(world.file_of(due)) << "sealed";
  keystore::KeyStore restored(kept);
  CHECK(restored.has_key(due.recording));
  auto parts = process.parts();
  parts.keys = &restored;
  Eraser eraser(parts, core::Uuid::make(world.clock.wall()), RunKind::reapply);
  CHECK(eraser.reapply().recordings == 1);
  CHECK_FALSE(restored.has_key(due.recording));
  CHECK(restored.has_key(other.recording));
  CHECK_FALSE(std::filesystem::exists(world.file_of(due)));
  CHECK(world.traces_of(due).is_erased);
  CHECK(world.traces_of(other) == kWhole);
  CHECK(eraser.reapply().recordings == 0);
}

TEST_CASE("a ledger that is filled again does not bring back what was erased", "[retention]") {
  ErasingWorld world;
  REQUIRE(
      set_policy(world.operators,
                 {.tenant = world.tenant, .name = "calls", .kind = Kind::call, .keep = Days(90)},
                 world.clock.wall()));
  const Recorded due = world.add(100);
  world.rows.ship();
  ErasingWorld::Process process(world);
  REQUIRE(process.sweep().calls == 1);
  // The database is that of before the call; the journals' names are applied, then daemons ship.
  db::Connection superuser = world.database.open_as_superuser();
  superuser.run_script(
      "DELETE FROM trunkline.recording; DELETE FROM trunkline.ledger_entry;"
      "DELETE FROM trunkline.erased; UPDATE trunkline.ledger_node SET watermark = 0");
  Eraser(process.parts(), core::Uuid::make(world.clock.wall()), RunKind::reapply).reapply();
  test::LedgerRows again(world.database);
  const std::string time = "2026-08-01T00:00:00Z";
  again.add("call.ended", world.tenant, due.call,
            {{"schema", "call.v1"},
             {"direction", "internal"},
             {"caller", {{"number", "+15550100"}, {"name", "Jane"}}},
             {"state", "ended"},
             {"disposition", "answered"},
             {"started_at", time}});
  again.add("recording.finished", world.tenant, due.call,
            {{"schema", "recording.v1"},
             {"recording", due.recording.text()},
             {"status", "complete"},
             {"started_at", time}});
  CHECK(world.has_call(due.call));
  again.ship();
  CHECK_FALSE(world.has_call(due.call));
  CHECK(world.traces_of(due).is_erased);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.ledger_entry"
                    " WHERE body::text LIKE '%Jane%'") == 0);
}

namespace {

/// A world made by chance: policies, cases, calls, and runs that crash at any step.
struct Chance {
  explicit Chance(unsigned seed) : random(seed) {}
  int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); }

  void set_policies(ErasingWorld& world) {
    const core::Time now = world.clock.wall();
    if (below(3) > 0)
      REQUIRE(set_policy(world.operators,
                         {.tenant = world.tenant, .name = "all", .keep = Days(20 + below(60))},
                         now));
    if (below(3) == 0)
      REQUIRE(set_policy(world.operators,
                         {.tenant = world.tenant,
                          .name = "calls",
                          .kind = Kind::call,
                          .keep = Days(20 + below(80)),
                          .is_increase_only = below(2) == 0},
                         now));
  }
  void hold_something(ErasingWorld& world, int number) {
    Hold hold =
        hold_of(world, "case " + std::to_string(number), "+1555010" + std::to_string(below(10)));
    const core::Time now = world.clock.wall();
    if (below(3) == 0) hold.since = now - core::Seconds(86'400LL * below(120));
    if (below(4) == 0) hold.ends_at = now - core::Seconds(1) + core::Seconds(2 * below(2));
    REQUIRE(add_hold(world.operators, hold, now));
  }
  std::mt19937 random;
};

struct Lives {
  Recorded recorded;
  bool is_begun = false;      ///< its key was gone before the last case came
  bool is_call_gone = false;  ///< its call was
};

/// Whether what is there is what should be, by the planner over what was there in the beginning.
void check(ErasingWorld& world, const std::vector<Lives>& all, const std::vector<Item>& items,
           const std::vector<Item>& calls) {
  const Planner planner(load_rules(world.operators, Days(90)));
  std::vector<Recorded> recorded;
  for (const Lives& one : all) recorded.push_back(one.recorded);
  const auto traces = world.traces_of(recorded);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Decision decision = planner.decide(items[i], world.clock.wall());
    INFO(i << ": " << core::join(planner.reasons(items[i], decision), "; ") << " "
           << name_of(decision.fate) << (all[i].is_begun ? ", begun" : ""));
    const bool is_gone = decision.is_due() || all[i].is_begun;
    CHECK(traces[i] == (is_gone ? kGone : kWhole));
    Item call = calls[i];
    if (is_gone) call.derived.clear();
    const bool is_call_gone =
        all[i].is_call_gone || planner.decide(call, world.clock.wall()).is_due();
    CHECK(world.has_call(all[i].recorded.call) == !is_call_gone);
  }
  CHECK(world.is_audit_whole());
}

}  // namespace

TEST_CASE("whatever is set, held and crashes: nothing that must stay goes, all that is due does",
          "[retention]") {
  const unsigned seed = GENERATE(range(1U, 19U));
  INFO("seed " << seed);
  Chance chance(seed);
  ErasingWorld world;
  chance.set_policies(world);
  for (int i = chance.below(3); i > 0; --i) chance.hold_something(world, i);
  std::vector<Lives> all;
  std::vector<Item> items;
  std::vector<Item> calls;
  for (int i = 0; i < 16; ++i) {
    all.push_back({world.add(chance.below(120), "+1555010" + std::to_string(chance.below(10)))});
    items.push_back(
        load_item(world.operators, Kind::recording, all.back().recorded.recording.uuid()).value());
    calls.push_back(
        load_item(world.operators, Kind::call, all.back().recorded.call.uuid()).value());
  }
  const SweepOptions options{.page = static_cast<std::size_t>(1 + chance.below(6))};
  for (int crashes = chance.below(5); crashes > 0; --crashes) {
    ErasingWorld::Process process(world);
    process.passed = [steps = chance.below(20)](Step) mutable {
      if (steps-- == 0) throw Crash();
    };
    try {
      process.sweep(options);
    } catch (const Crash&) {
      for (Lives& one : all) {
        one.is_begun = !world.keys.has_key(one.recorded.recording);
        one.is_call_gone = !world.has_call(one.recorded.call);
      }
      if (chance.below(2) == 0) chance.hold_something(world, 100 + crashes);
    }
  }
  ErasingWorld::Process process(world);
  process.sweep(options);
  check(world, all, items, calls);
  CHECK(process.journal.begun().empty());
}

}  // namespace trunkline::retention
