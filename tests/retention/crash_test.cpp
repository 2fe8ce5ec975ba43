// SPDX-License-Identifier: MIT
// kill -9 at any moment of a sweep or a request: what is left is finished by the next run, and
// nothing that must stay is touched.

#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>
#include <random>

#include "os/process.h"
#include "retention/erasing_world.h"
#include "retention/holds.h"
#include "retention/request.h"
#include "support/kills.h"

namespace trunkline::retention {
namespace {

using test::ErasingWorld;
using test::kGone;
using test::kWhole;
using test::Recorded;
using test::Traces;

constexpr std::string_view kTheirs = "+15550155";
constexpr core::Milliseconds kPatience = std::chrono::minutes(2);

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The kernel's SIGKILL, so many microseconds from now.
void die_in(std::int64_t microseconds) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer{};
  REQUIRE(::timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  itimerspec spec{};
  spec.it_value.tv_sec = microseconds / 1'000'000;
  spec.it_value.tv_nsec = microseconds % 1'000'000 * 1'000 + 1;
  REQUIRE(::timer_settime(timer, 0, &spec, nullptr) == 0);
}

void request(ErasingWorld::Process& process) {
  const core::Time now = process.clock.wall();
  retention::Elsewhere elsewhere;
  retention::resume(process.parts(), now, Days(90), elsewhere);
  const auto run = core::Uuid::make(now);
  begin_run(process.database, run, RunKind::request, now);
  db::Transaction page(process.database);
  lock_rules(process.database);
  const Planner planner(load_rules(process.database, Days(90)));
  const auto held = held_about(process.database, planner, kTheirs, std::nullopt, now);
  const auto erasures = erasures_of(held, CallsFate::mask, "DSR-17");
  if (!erasures.empty()) Eraser(process.parts(), run, RunKind::request).erase(erasures, page);
}

}  // namespace

TEST_CASE("a run as a process of its own", "[.child]") {
  const std::string url = variable("TEST_URL");
  REQUIRE_FALSE(url.empty());
  ErasingWorld::Process process(variable("TEST_DIRECTORY"),
                                {.url = url, .role = "trunkline_retention", .who = "test"},
                                core::parse_rfc3339(variable("TEST_NOW")).value());
  die_in(std::stoll(variable("TEST_LIFE")));
  if (variable("TEST_VERB") == "request") {
    request(process);
  } else {
    process.sweep({.page = 7});
  }
}

namespace {

class Victims {
 public:
  explicit Victims(ErasingWorld& world) : world_(world) {}

  /// Whether it came to its end before it was killed.
  bool run(const std::string& verb, std::int64_t life) {
    auto child = core::value_or_throw(
        os::Child::spawn({.arguments = {"/proc/self/exe", "a run as a process of its own"},
                          .environment = {{"TEST_URL", world_.database.url()},
                                          {"TEST_DIRECTORY", world_.directory.path().string()},
                                          {"TEST_NOW", core::to_rfc3339(world_.clock.wall())},
                                          {"TEST_LIFE", std::to_string(life)},
                                          {"TEST_VERB", verb}},
                          .output = os::Stream::null()}));
    const auto exit = child.wait(kPatience);
    REQUIRE(exit.has_value());
    if (exit->signal == SIGKILL) ++kills_;
    REQUIRE((exit->is_success() || exit->signal == SIGKILL));
    return exit->is_success();
  }
  int kills() const { return kills_; }

 private:
  ErasingWorld& world_;
  int kills_ = 0;
};

}  // namespace

TEST_CASE("kill -9 at random moments of a sweep loses, doubles and hides nothing", "[retention]") {
  ErasingWorld world;
  REQUIRE(add_hold(world.operators,
                   {.tenant = world.tenant,
                    .case_name = "Doe",
                    .owner = "legal",
                    .reason = "letter",
                    .numbers = {"+15550199"},
                    .added_by = "uid:0 root"},
                   world.clock.wall()));
  std::vector<Recorded> due;
  std::vector<Recorded> kept;
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) due.push_back(world.add(100 + i));
    for (int i = 0; i < count / 10; ++i) kept.push_back(world.add(100 + i, "+15550199"));
    for (int i = 0; i < count / 10; ++i) kept.push_back(world.add(10 + i));
  };
  add(60);
  std::mt19937 random(20261130);
  std::uniform_int_distribution<std::int64_t> life(0, 150'000);
  Victims victims(world);
  while (victims.kills() < test::kills(50)) {
    if (victims.run("sweep", life(random))) add(30);
    for (const Traces& traces : world.traces_of(kept)) REQUIRE(traces == kWhole);
    for (const Traces& traces : world.traces_of(due)) REQUIRE(traces.audited <= 1);
  }
  REQUIRE(victims.run("sweep", 600'000'000));
  for (const Traces& traces : world.traces_of(due)) REQUIRE(traces == kGone);
  for (const Traces& traces : world.traces_of(kept)) REQUIRE(traces == kWhole);
  CHECK(world.is_audit_whole());
  ErasingWorld::Process after(world);
  CHECK(after.journal.begun().empty());
  CHECK(after.journal.count_done() == due.size());
  const auto runs = last_runs(after.database, RunKind::sweep, 1000);
  CHECK(std::count_if(runs.begin(), runs.end(),
                      [](const Run& run) { return run.outcome == "interrupted"; }) > 0);
}

TEST_CASE("kill -9 at random moments of a person's request does not, either", "[retention]") {
  ErasingWorld world;
  const Recorded other = world.add(5, "+15550177");
  std::vector<Recorded> theirs;
  std::mt19937 random(20261130);
  std::uniform_int_distribution<std::int64_t> life(0, 60'000);
  Victims victims(world);
  while (victims.kills() < test::kills(25)) {
    for (int i = 0; i < 2; ++i) theirs.push_back(world.add(i, std::string(kTheirs)));
    victims.run("request", life(random));
    REQUIRE(world.traces_of(other) == kWhole);
  }
  REQUIRE(victims.run("request", 600'000'000));
  for (const Traces& traces : world.traces_of(theirs)) REQUIRE(traces == kGone);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.cdr"
                    " WHERE caller_number = '+15550155'") == 0);
  CHECK(world.count("SELECT count(*) AS count FROM trunkline.ledger_entry"
                    " WHERE body::text LIKE '%5550155%'") == 0);
  // One line a call in the audit log.
  CHECK(world.count("SELECT count(*) - count(DISTINCT object) AS count FROM trunkline.audit_log"
                    " WHERE event = 'call.masked'") == 0);
  CHECK(world.is_audit_whole());
}

}  // namespace trunkline::retention
