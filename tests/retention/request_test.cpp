// SPDX-License-Identifier: MIT
#include "retention/request.h"

#include <catch2/catch.hpp>

#include "core/text.h"
#include "retention/erasing_world.h"
#include "retention/holds.h"
#include "retention/policies.h"

namespace trunkline::retention {
namespace {

using test::ErasingWorld;
using test::kGone;
using test::kWhole;
using test::Recorded;
using Words = std::vector<std::string>;

std::vector<Held> held(ErasingWorld& world, std::string_view number) {
  const Planner planner(load_rules(world.operators, Days(90)));
  return held_about(world.operators, planner, number, std::nullopt, world.clock.wall());
}

}  // namespace

TEST_CASE("the parties that are surely that number are found, no others", "[retention]") {
  struct Case {
    Words caller;
    Words called;
    std::optional<Sides> sides;
  };
  const std::vector<Case> cases{
      {{"+15550100"}, {"199"}, Sides::caller},
      {{"101"}, {"0015550100"}, Sides::called},
      {{"+15550100"}, {"15550100"}, Sides::both},
      {{"5550100"}, {"199"}, std::nullopt},  // another country's, perhaps
      {{"anonymous"}, {}, std::nullopt},
  };
  for (const Case& one : cases) {
    INFO(core::join(one.caller, ",") << " " << core::join(one.called, ","));
    CHECK(sides_of("+1 555 0100", one.caller, one.called) == one.sides);
  }
}

TEST_CASE("a request takes recordings and masks the person, whatever their time is",
          "[retention]") {
  ErasingWorld world;
  const Recorded theirs = world.add(1, "+15550100");
  const Recorded called = world.add(2, "+15550177", "15550100");
  const Recorded others = world.add(3, "+15550177");
  const auto found = held(world, "+1 (555) 0100");
  REQUIRE(found.size() == 4);
  for (const Held& one : found) CHECK(one.because.empty());
  CHECK(core::text_at(call_row(world.operators, theirs.call.uuid()), "caller_name") == "Jane");

  ErasingWorld::Process process(world);
  const auto run = core::Uuid::make(world.clock.wall());
  begin_run(process.database, run, RunKind::request, world.clock.wall());
  {
    db::Transaction page(process.database);
    lock_rules(process.database);
    const Erased erased = Eraser(process.parts(), run, RunKind::request)
                              .erase(erasures_of(found, CallsFate::mask, "DSR-17"), page);
    CHECK(erased.recordings == 2);
    CHECK(erased.calls == 2);
  }
  CHECK(world.traces_of(theirs) == kGone);
  CHECK(world.traces_of(called) == kGone);
  CHECK(world.traces_of(others) == kWhole);
  // The calls are there, with the other party.
  const core::Json masked = call_row(world.operators, theirs.call.uuid());
  CHECK(core::text_at(masked, "caller_number") == "erased");
  CHECK(core::text_at(masked, "caller_name") == "erased");
  CHECK(core::text_at(masked, "dialled") == "199");
  const core::Json other_side = call_row(world.operators, called.call.uuid());
  CHECK(core::text_at(other_side, "caller_number") == "+15550177");
  CHECK(core::text_at(other_side, "dialled") == "erased");
  CHECK(held(world, "+15550100").empty());
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.ledger_entry"
                    " WHERE body::text LIKE '%5550100%'") == 0);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.audit_log"
                    " WHERE detail LIKE '%5550100%' OR why LIKE '%5550100%'") == 0);
  CHECK(world.is_audit_whole());
}

TEST_CASE("a DID stays when the party outside is masked, and goes with the party of the house",
          "[retention]") {
  struct Case {
    std::string direction;
    std::string number;  ///< whose request it is
    bool is_left;
  };
  // The caller is +15550100, the called +15550177.
  const std::vector<Case> cases{{"inbound", "+15550100", true},   {"inbound", "+15550177", false},
                                {"outbound", "+15550100", false}, {"outbound", "+15550177", true},
                                {"unknown", "+15550100", false},  {"unknown", "+15550177", false}};
  for (const Case& one : cases) {
    INFO(one.direction << " " << one.number);
    ErasingWorld world;
    const Recorded recorded = world.add(1, "+15550100", "+15550177");
    world.database.open_as_superuser().run_script(
        "UPDATE trunkline.cdr SET trunk = 'carrier', did = '+4930123456', direction = '" +
        one.direction + "'");
    ErasingWorld::Process process(world);
    const auto run = core::Uuid::make(world.clock.wall());
    begin_run(process.database, run, RunKind::request, world.clock.wall());
    {
      db::Transaction page(process.database);
      lock_rules(process.database);
      (void)Eraser(process.parts(), run, RunKind::request)
          .erase(erasures_of(held(world, one.number), CallsFate::mask, "DSR-17"), page);
    }
    const core::Json masked = call_row(world.operators, recorded.call.uuid());
    CHECK(core::text_at(masked, "did") == (one.is_left ? "+4930123456" : ""));
    CHECK(core::text_at(masked, "trunk") == "carrier");
  }
}

TEST_CASE("a request waits for holds and duties, and says so", "[retention]") {
  ErasingWorld world;
  const Recorded theirs = world.add(1, "+15550100");
  REQUIRE(add_hold(world.operators,
                   {.tenant = world.tenant,
                    .case_name = "Doe",
                    .owner = "legal",
                    .reason = "letter",
                    .items = {theirs.recording.uuid()},
                    .added_by = "uid:0 root"},
                   world.clock.wall()));
  auto found = held(world, "+15550100");
  REQUIRE(found.size() == 2);
  CHECK(found[0].because == Words{"hold 'Doe' of legal keeps it"});
  CHECK(found[1].because == Words{"a recording of it has to stay"});
  CHECK(erasures_of(found, CallsFate::erase, "x").empty());

  const Hold hold = find_hold(world.operators, world.tenant, "Doe").value();
  REQUIRE(release_hold(world.operators, hold, "alice", "settled"));
  REQUIRE(set_policy(world.operators,
                     {.tenant = world.tenant,
                      .name = "evidence",
                      .kind = Kind::call,
                      .keep = Days(1825),
                      .is_increase_only = true},
                     world.clock.wall()));
  found = held(world, "+15550100");
  REQUIRE(found.size() == 2);
  CHECK(found[0].because.empty());
  CHECK(found[1].because == Words{"increase-only policy 'evidence' keeps it: 1825 days"});
  const auto erasures = erasures_of(found, CallsFate::mask, "DSR-17");
  REQUIRE(erasures.size() == 1);
  CHECK(erasures[0].why == "request 'DSR-17'");
  CHECK(erasures_of(found, CallsFate::keep, "DSR-17").size() == 1);
}

TEST_CASE(
    "request: a call that is not in the database is held with its recordings by what is "
    "known of it",
    "[retention]") {
  ErasingWorld world;
  const Recorded theirs = world.add(1, "+15550100");
  REQUIRE(add_hold(world.operators,
                   {.tenant = world.tenant,
                    .case_name = "Doe",
                    .owner = "legal",
                    .reason = "letter",
                    .numbers = {"+15550100"},
                    .added_by = "uid:0 root"},
                   world.clock.wall()));
  Item call = load_item(world.operators, Kind::call, theirs.call.uuid()).value();
  world.database.open_as_superuser().run_script("DELETE FROM trunkline.cdr");
  const Planner planner(load_rules(world.operators, Days(90)));
  const auto all =
      held_with(world.operators, planner, std::move(call), Sides::caller, world.clock.wall());
  REQUIRE(all.size() == 2);
  CHECK(all[0].item.id == theirs.recording.uuid());
  CHECK(all[0].because == Words{"hold 'Doe' of legal keeps it"});
  CHECK(all[1].item.kind == Kind::call);
  CHECK(all[1].sides == Sides::caller);
  CHECK(all[1].because == Words{"hold 'Doe' of legal keeps it", "a recording of it has to stay"});
}

}  // namespace trunkline::retention
