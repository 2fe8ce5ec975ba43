// SPDX-License-Identifier: MIT
#include "retention/planner.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "support/numbered.h"

namespace trunkline::retention {
namespace {

constexpr std::int64_t kStart = 1'763'712'000;  // 2025-11-21T08:00:00Z

core::Time day(std::int64_t days) {
  return core::from_microseconds((kStart + days * 86'400) * 1'000'000);
}

using test::numbered;

const core::TenantId kAcme(numbered(1));
const core::TenantId kOther(numbered(2));

Policy policy(std::string name, std::optional<Days> keep, Level level = Level::tenant,
              int subject = 0, bool is_increase_only = false) {
  return {.id = numbered(100),
          .tenant = kAcme,
          .name = std::move(name),
          .level = level,
          .subject = subject == 0 ? core::Uuid{} : numbered(subject),
          .keep = keep,
          .is_increase_only = is_increase_only};
}

Item recording(std::int64_t ended_on) {
  return {.kind = Kind::recording,
          .id = numbered(50),
          .call = core::CallRef(numbered(60)),
          .tenant = kAcme,
          .began_at = day(ended_on) - core::Seconds(60),
          .ended_at = day(ended_on),
          .agents = {numbered(11), numbered(12)},
          .numbers = {"101", "+15550100"}};
}

Hold hold(std::string name) {
  return {.id = numbered(70),
          .tenant = kAcme,
          .case_name = std::move(name),
          .owner = "legal",
          .reason = "letter"};
}

std::string until(const Rules& rules, const Item& item) {
  const Planner planner(rules);
  const Decision decision = planner.decide(item, day(0));
  return decision.until ? core::to_rfc3339(*decision.until).substr(0, 10) : "for ever";
}

TEST_CASE("the nearest level decides how long something is kept", "[retention]") {
  const Item item = recording(0);
  Rules rules;
  CHECK(until(rules, item) == "2026-02-19");  // 90 days, the setting
  rules.fallback = Days(10);
  CHECK(until(rules, item) == "2025-12-01");
  rules.policies.push_back(policy("all", Days(20)));
  CHECK(until(rules, item) == "2025-12-11");
  rules.policies.push_back(policy("agent", Days(5), Level::agent, 11));
  CHECK(until(rules, item) == "2025-11-26");
  rules.policies.push_back(policy("the other agent", Days(6), Level::agent, 12));
  CHECK(until(rules, item) == "2025-11-27");  // of two, the longer
  rules.policies.push_back(policy("a third", Days(600), Level::agent, 13));
  CHECK(until(rules, item) == "2025-11-27");
  rules.policies.push_back(policy("campaign", Days(1), Level::campaign, 21));
  CHECK(until(rules, item) == "2025-11-27");
  Item campaigns = item;
  campaigns.campaign = numbered(21);
  CHECK(until(rules, campaigns) == "2025-11-22");
  rules.policies.push_back(policy("for ever", std::nullopt, Level::agent, 12));
  CHECK(until(rules, item) == "for ever");
}

TEST_CASE("policies are of one tenant and one kind", "[retention]") {
  Rules rules{.policies = {policy("all", Days(1))}, .fallback = Days(30)};
  Item item = recording(0);
  item.tenant = kOther;
  CHECK(until(rules, item) == "2025-12-21");
  item = recording(0);
  item.kind = Kind::message;
  CHECK(until(rules, item) == "2025-12-21");
  item.kind = Kind::call;
  CHECK(until(rules, item) == "for ever");
  rules.policies.front().kind = Kind::call;
  CHECK(until(rules, item) == "2025-11-22");
}

TEST_CASE("an increase-only policy is a floor for everything it covers", "[retention]") {
  Rules rules{.policies = {policy("worm", Days(100), Level::tenant, 0, true),
                           policy("agent", Days(5), Level::agent, 11)}};
  CHECK(until(rules, recording(0)) == "2026-03-01");
  rules.policies[1].keep = Days(200);
  CHECK(until(rules, recording(0)) == "2026-06-09");
  rules.policies[0].keep = std::nullopt;
  CHECK(until(rules, recording(0)) == "for ever");
  const Planner planner(rules);
  CHECK(planner.reasons(recording(0), planner.decide(recording(0), day(0))) ==
        std::vector<std::string>{"policy 'agent' of the agent keeps a recording for 200 days",
                                 "increase-only policy 'worm' of the tenant keeps it longer: for "
                                 "ever"});
}

TEST_CASE("what is due goes to the microsecond, and no earlier", "[retention]") {
  const Planner planner(Rules{.fallback = Days(1)});
  const Item item = recording(0);
  CHECK(planner.decide(item, day(1) - core::Microseconds(1)).fate == Fate::kept);
  CHECK(planner.decide(item, day(1)).fate == Fate::due);
  Item live = item;
  live.is_live = true;
  CHECK(planner.decide(live, day(10)).fate == Fate::live);
}

TEST_CASE("holds cover ids, numbers and times", "[retention]") {
  struct Row {
    const char* says;
    Hold hold;
    bool is_held;
  };
  const auto with = [](auto change) {
    Hold made = hold("case");
    change(made);
    return made;
  };
  const std::vector<Row> rows{
      {"its id", with([](Hold& h) { h.items = {numbered(50)}; }), true},
      {"its call's id", with([](Hold& h) { h.items = {numbered(60)}; }), true},
      {"another id", with([](Hold& h) { h.items = {numbered(51)}; }), false},
      {"its number", with([](Hold& h) { h.numbers = {"+1 555-0100"}; }), true},
      {"its number without prefix", with([](Hold& h) { h.numbers = {"5550100"}; }), true},
      {"another number", with([](Hold& h) { h.numbers = {"+15550101"}; }), false},
      {"an extension is no end of a number", with([](Hold& h) { h.numbers = {"100"}; }), false},
      {"its time", with([](Hold& h) {
         h.since = day(-1);
         h.until = day(1);
       }),
       true},
      {"a later time", with([](Hold& h) { h.since = day(1); }), false},
      {"an earlier time", with([](Hold& h) { h.until = day(-1); }), false},
      {"a time it was in with its end", with([](Hold& h) { h.since = day(0) - core::Seconds(1); }),
       true},
      {"number and other time", with([](Hold& h) {
         h.numbers = {"101"};
         h.since = day(1);
       }),
       false},
      {"number, other time, but its id", with([](Hold& h) {
         h.numbers = {"101"};
         h.since = day(1);
         h.items = {numbered(60)};
       }),
       true},
      {"another campaign", with([](Hold& h) { h.campaign = numbered(3); }), false},
      {"of another tenant", with([](Hold& h) {
         h.items = {numbered(50)};
         h.tenant = kOther;
       }),
       false},
      {"ended", with([](Hold& h) {
         h.items = {numbered(50)};
         h.ends_at = day(200);
       }),
       false},
      {"not ended yet", with([](Hold& h) {
         h.items = {numbered(50)};
         h.ends_at = day(201);
       }),
       true},
      {"released", with([](Hold& h) {
         h.items = {numbered(50)};
         h.released_at = day(300);
       }),
       false}};
  for (const Row& row : rows) {
    INFO(row.says);
    const Planner planner(Rules{.holds = {row.hold}});
    CHECK(planner.decide(recording(0), day(200)).fate == (row.is_held ? Fate::held : Fate::due));
  }
}

TEST_CASE("where the call is not known, a hold by number holds to be safe", "[retention]") {
  Hold by_number = hold("case");
  by_number.numbers = {"+4930123456"};
  by_number.since = day(-1);
  Item orphan = recording(0);
  orphan.has_call = false;
  orphan.numbers.clear();
  const Planner planner(Rules{.holds = {by_number}});
  const Decision decision = planner.decide(orphan, day(200));
  CHECK(decision.fate == Fate::held);
  CHECK(decision.is_held_to_be_safe);
  Item older = recording(-5);
  older.has_call = false;
  CHECK(planner.decide(older, day(200)).fate == Fate::due);
}

TEST_CASE("where the call is not known, the longest policy that may concern it counts",
          "[retention]") {
  struct Case {
    std::vector<Policy> policies;
    const char* until;
    bool is_to_be_safe;
  };
  const Policy of_tenant = policy("tenant", Days(10));
  Policy of_calls = policy("calls", Days(90), Level::agent, 11);
  of_calls.kind = Kind::call;
  const std::vector<Case> cases{
      {{}, "2025-12-21", false},
      {{of_tenant}, "2025-12-01", false},
      {{of_tenant, policy("agent", Days(40), Level::agent, 11)}, "2025-12-31", true},
      {{of_tenant, policy("agent", Days(5), Level::agent, 11)}, "2025-12-01", false},
      {{policy("agent", Days(40), Level::agent, 99),
        policy("campaign", Days(60), Level::campaign, 21)},
       "2026-01-20",
       true},
      {{policy("agent", std::nullopt, Level::agent, 11)}, "for ever", true},
      {{policy("tenant", std::nullopt), policy("agent", Days(40), Level::agent, 11)},
       "for ever",
       false},
      {{of_tenant, of_calls}, "2025-12-01", false},
  };
  for (const Case& one : cases) {
    INFO(one.until << " " << one.policies.size());
    Item orphan = recording(0);
    orphan.has_call = false;
    orphan.agents.clear();
    const Rules rules{.policies = one.policies, .fallback = Days(30)};
    CHECK(until(rules, orphan) == one.until);
    CHECK(Planner(rules).decide(orphan, day(0)).is_kept_to_be_safe == one.is_to_be_safe);
  }
}

TEST_CASE("a call stays as long as its recording", "[retention]") {
  Item call = recording(0);
  call.kind = Kind::call;
  call.id = call.call.uuid();
  call.derived = {recording(0)};
  Policy calls = policy("calls", Days(10));
  calls.kind = Kind::call;
  const Planner planner(Rules{.policies = {calls}, .fallback = Days(30)});
  CHECK(planner.decide(call, day(5)).fate == Fate::kept);
  CHECK(planner.decide(call, day(20)).fate == Fate::bound);
  CHECK(planner.decide(call, day(30)).fate == Fate::due);
}

TEST_CASE("what was held and is forgotten after release is told", "[retention]") {
  Hold past = hold("Doe v. Acme");
  past.items = {numbered(60)};
  past.released_at = day(150);
  const Planner planner(Rules{.holds = {past}});
  const Decision decision = planner.decide(recording(0), day(200));
  CHECK(decision.is_due());
  CHECK(planner.reasons(recording(0), decision).back() ==
        "hold 'Doe v. Acme' kept it beyond that until 2026-04-20T08:00:00.000000Z");
  past.released_at = day(10);  // before its time was over: it changed nothing
  const Planner earlier(Rules{.holds = {past}});
  CHECK(earlier.decide(recording(0), day(200)).past_holds.empty());
}

// ---- the property: the same question, answered the slow way

bool is_covered(const Hold& hold, const Item& item) {
  if (hold.tenant != item.tenant) return false;
  const auto has = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  if (has(hold.items, item.id) || has(hold.items, item.call.uuid())) return true;
  if (hold.since && item.ended_at < *hold.since) return false;
  if (hold.until && item.began_at >= *hold.until) return false;
  if (hold.campaign && item.campaign != hold.campaign) return false;
  if (hold.numbers.empty()) return hold.campaign || hold.since || hold.until;
  return std::any_of(hold.numbers.begin(), hold.numbers.end(),
                     [&](const std::string& number) { return has(item.numbers, number); });
}

/// When all that speaks of it lets it go; nothing: never.
std::optional<core::Time> slow_end(const Rules& rules, const Item& item) {
  std::vector<const Policy*> applicable;
  for (const Policy& p : rules.policies) {
    if (p.tenant != item.tenant || p.kind != item.kind) continue;
    if (p.level == Level::campaign && item.campaign != p.subject) continue;
    if (p.level == Level::agent && item.agents.at(0) != p.subject && item.agents.at(1) != p.subject)
      continue;
    applicable.push_back(&p);
  }
  constexpr std::int32_t kNever = 1'000'000;
  const auto days = [](const Policy* p) { return p->keep ? p->keep->count() : kNever; };
  std::int32_t longest = item.kind == Kind::call ? kNever : rules.fallback.count();
  for (const Level level : {Level::tenant, Level::agent, Level::campaign}) {
    std::int32_t of_level = -1;
    for (const Policy* p : applicable)
      if (p->level == level) of_level = std::max(of_level, days(p));
    if (of_level >= 0) longest = of_level;
  }
  for (const Policy* p : applicable)
    if (p->is_increase_only) longest = std::max(longest, days(p));
  if (longest == kNever) return std::nullopt;
  return item.ended_at + Days(longest);
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int upto(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
  bool one_in(int n) { return upto(n - 1) == 0; }

  Item item() {
    Item made = recording(upto(400) - 200);
    made.kind = one_in(3) ? Kind::call : Kind::recording;
    made.id = numbered(300 + upto(5));
    made.call = core::CallRef(numbered(310 + upto(5)));
    if (one_in(4)) made.tenant = kOther;
    if (one_in(2)) made.campaign = numbered(20 + upto(2));
    made.agents = {numbered(11 + upto(2)), numbered(11 + upto(2))};
    made.numbers = {std::to_string(100 + upto(3)), "+1555010" + std::to_string(upto(3))};
    made.is_live = one_in(10);
    return made;
  }
  Policy a_policy() {
    Policy made = policy("p", one_in(6) ? std::nullopt : std::optional(Days(upto(200))),
                         static_cast<Level>(upto(2)));
    if (one_in(4)) made.tenant = kOther;
    if (one_in(3)) made.kind = Kind::call;
    if (made.level == Level::agent) made.subject = numbered(11 + upto(2));
    if (made.level == Level::campaign) made.subject = numbered(20 + upto(2));
    made.is_increase_only = one_in(5);
    return made;
  }
  Hold a_hold() {
    Hold made = hold("h");
    if (one_in(4)) made.tenant = kOther;
    if (one_in(3)) made.items = {numbered(300 + upto(5)), numbered(310 + upto(5))};
    if (one_in(3)) made.numbers = {"+1555010" + std::to_string(upto(3))};
    if (one_in(5)) made.campaign = numbered(20 + upto(2));
    if (one_in(2)) made.since = day(upto(400) - 200);
    if (one_in(2)) made.until = day(upto(400) - 200);
    if (one_in(3)) made.ends_at = day(upto(600));
    if (one_in(4)) made.released_at = day(upto(600));
    return made;
  }

 private:
  std::mt19937 engine_;
};

TEST_CASE("nothing held or unexpired is ever due, and everything else is", "[retention]") {
  Dice dice(20'260'101);
  int due = 0;
  int held = 0;
  int due_orphans = 0;
  for (int round = 0; round < 20'000; ++round) {
    CAPTURE(round);
    Rules rules{.fallback = Days(dice.upto(120))};
    for (int i = dice.upto(4); i > 0; --i) rules.policies.push_back(dice.a_policy());
    for (int i = dice.upto(3); i > 0; --i) rules.holds.push_back(dice.a_hold());
    Item item = dice.item();
    if (item.kind == Kind::call && dice.one_in(2)) {
      Item derived = item;
      derived.kind = Kind::recording;
      derived.is_live = dice.one_in(10);
      item.derived.push_back(std::move(derived));
    }
    const core::Time now = day(dice.upto(800) - 200);  // clocks go backwards, too
    const auto may_go = [&](const Item& one) {
      const auto end = slow_end(rules, one);
      return !one.is_live && end && now >= *end &&
             std::none_of(rules.holds.begin(), rules.holds.end(),
                          [&](const Hold& h) { return h.holds_at(now) && is_covered(h, one); });
    };
    const bool expected =
        may_go(item) && std::all_of(item.derived.begin(), item.derived.end(), may_go);
    const Planner planner(rules);
    const Decision decision = planner.decide(item, now);
    REQUIRE(decision.is_due() == expected);
    // What nobody knows the call of never goes earlier for that.
    if (item.kind == Kind::recording) {
      Item orphan = item;
      orphan.has_call = false;
      orphan.campaign.reset();
      orphan.agents.clear();
      orphan.numbers.clear();
      const bool is_due = planner.decide(orphan, now).is_due();
      REQUIRE((expected || !is_due));
      due_orphans += is_due ? 1 : 0;
    }
    due += expected ? 1 : 0;
    held += decision.fate == Fate::held ? 1 : 0;
  }
  // The dice reached both sides.
  CHECK(due > 2'000);
  CHECK(held > 2'000);
  CHECK(due_orphans > 500);
}

}  // namespace
}  // namespace trunkline::retention
