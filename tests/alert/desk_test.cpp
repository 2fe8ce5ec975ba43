// SPDX-License-Identifier: MIT
#include "alert/desk.h"

#include <catch2/catch.hpp>

#include "alert/away.h"
#include "support/database.h"
#include "support/fake_clock.h"
#include "support/free_ports.h"
#include "support/receiver.h"

namespace trunkline::alert {
namespace {

using std::chrono::minutes;

config::Config mailing_to(const std::string& to, core::Port port,
                          const std::string& state_dir = {}) {
  std::vector<config::Assignment> settings{{"mail.host", "127.0.0.1"},
                                           {"mail.port", std::to_string(port.value())},
                                           {"mail.from", "trunkline@pbx.example"},
                                           {"mail.to", to}};
  if (!state_dir.empty()) settings.emplace_back("alert.state_dir", state_dir);
  return config::Config::of(settings).value();
}

Alert alert_of(Level level) {
  return {.key = "quota", .level = level, .subject = "it is full", .text = "very\n"};
}

}  // namespace

TEST_CASE("desk: an alert is kept, delivered once, and held back the second time", "[alert]") {
  const test::Database database;
  auto connection = database.open();
  const test::Receiver receiver("mail");
  const auto config = mailing_to("a@example.org, b@example.org", receiver.port());
  test::FakeClock clock;
  Desk desk(config, &connection, clock);
  Sent none;
  CHECK(desk.raise(alert_of(Level::warning), none) == Desk::Outcome::told);
  CHECK(desk.raise(alert_of(Level::warning), none) == Desk::Outcome::held_back);
  const Sent sent = desk.flush();
  CHECK(sent.delivered == 2);
  CHECK(sent.problems.empty());
  CHECK(desk.flush().delivered == 0);
  CHECK(receiver.taken().size() == 2);
  const auto all = told(connection, std::nullopt, 0);
  REQUIRE(all.size() == 1);
  CHECK(all[0].delivered == 2);
  CHECK(all[0].message.subject == "it is full");
  CHECK(open_conditions(connection).size() == 1);
  CHECK(desk.raise(alert_of(Level::normal), none) == Desk::Outcome::told);
  CHECK(open_conditions(connection).empty());
  CHECK(prune(connection, clock.wall() + minutes(1)) == 2);
}

TEST_CASE("desk: people are mailed what they asked for, and of its end", "[alert]") {
  const test::Database database;
  auto connection = database.open();
  connection.run_script(
      "INSERT INTO trunkline.tenant (id, name, domain) VALUES"
      " ('0199a1b2-0000-7000-8000-0000000000aa', 'main', 'pbx.example');"
      "INSERT INTO trunkline.person"
      " (id, tenant_id, name, password_hash, is_enabled, mail, alerts)"
      " SELECT gen_random_uuid(), '0199a1b2-0000-7000-8000-0000000000aa', name, '$2x', name <> "
      "'cid',"
      "        mail, alerts"
      "   FROM (VALUES ('ann', 'Ann@example.org', 'critical'), ('bea', 'bea@example.org', "
      "'emergency'),"
      "                ('cid', 'cid@example.org', 'critical'), ('dan', 'A@example.org', 'warning'),"
      "                ('eve', 'eve@example.org', 'none')) AS p (name, mail, alerts)");
  const test::Receiver receiver("mail");
  const auto config = mailing_to("a@example.org", receiver.port());
  const test::FakeClock clock;
  Desk desk(config, &connection, clock);
  Sent none;
  const auto mailed_at = [&](Level level) {
    CHECK(desk.raise(alert_of(level), none) == Desk::Outcome::told);
    return desk.flush().delivered;
  };
  CHECK(mailed_at(Level::warning) == 1);  // mail.to, who is dan, too
  CHECK(mailed_at(Level::critical) == 2);
  CHECK(mailed_at(Level::normal) == 2);  // ann was told that it was critical
  CHECK(mailed_at(Level::emergency) == 3);

  const auto silent = config::Config::of({}).value();
  CHECK(Desk(silent, &connection, clock).raise(alert_of(Level::normal), none) ==
        Desk::Outcome::nobody);
}

TEST_CASE("desk: mail is tried three times over an hour, then given up", "[alert]") {
  const test::Database database;
  auto connection = database.open();
  const test::Receiver receiver("mail");
  const auto config = mailing_to("later@example.org", receiver.port());
  test::FakeClock clock;
  Desk desk(config, &connection, clock);
  Sent none;
  CHECK(desk.raise(alert_of(Level::warning), none) == Desk::Outcome::told);
  struct Row {
    core::Microseconds later;
    std::uint64_t waiting;
    std::uint64_t given_up;
  };
  for (const Row& row : std::vector<Row>{{minutes(0), 1, 0},
                                         {minutes(19), 0, 0},
                                         {minutes(2), 1, 0},
                                         {minutes(38), 0, 0},
                                         {minutes(3), 0, 1},
                                         {minutes(600), 0, 0}}) {
    clock.advance(row.later);
    const Sent sent = desk.flush();
    CHECK(sent.waiting == row.waiting);
    CHECK(sent.given_up == row.given_up);
    CHECK(sent.delivered == 0);
  }
  const auto all = told(connection, std::nullopt, 10);
  REQUIRE(all.size() == 1);
  CHECK(all[0].given_up == 1);
  CHECK(all[0].error.find("450 4.2.1 try again later") != std::string::npos);
}

TEST_CASE("desk: a refusal is given up at once, a second try can succeed", "[alert]") {
  const test::Database database;
  auto connection = database.open();
  const test::Receiver receiver("mail");
  const auto config = mailing_to("refused@example.org, once@example.org", receiver.port());
  test::FakeClock clock;
  Desk desk(config, &connection, clock);
  Sent none;
  CHECK(desk.raise(alert_of(Level::warning), none) == Desk::Outcome::told);
  Sent sent = desk.flush();
  CHECK(sent.given_up == 1);
  CHECK(sent.waiting == 1);
  clock.advance(minutes(21));
  sent = desk.flush();
  CHECK(sent.delivered == 1);
  CHECK(sent.given_up == 0);
}

TEST_CASE("desk: what a process took and did not send is sent by another", "[alert]") {
  const test::Database database;
  auto connection = database.open();
  const test::Receiver receiver("mail");
  const auto config = mailing_to("a@example.org", receiver.port());
  test::FakeClock clock;
  Desk desk(config, &connection, clock);
  Sent none;
  (void)desk.raise(alert_of(Level::warning), none);
  CHECK(take_due(connection, clock.wall(), core::Seconds(300), 10).size() == 1);  // and it died
  CHECK(desk.flush().delivered == 0);
  clock.advance(minutes(6));
  CHECK(desk.flush().delivered == 1);
}

TEST_CASE("desk: without a database it goes out directly, and the second time not", "[alert]") {
  const test::TemporaryDirectory folder;
  const test::Receiver receiver("mail");
  const auto config =
      mailing_to("a@example.org, refused@example.org", receiver.port(), folder.path().string());
  test::FakeClock clock;
  Sent sent;
  CHECK(Desk(config, nullptr, clock).raise(alert_of(Level::critical), sent) == Desk::Outcome::told);
  CHECK(sent.delivered == 1);
  CHECK(sent.given_up == 1);
  CHECK(Desk(config, nullptr, clock).raise(alert_of(Level::critical), sent) ==
        Desk::Outcome::held_back);
  CHECK(receiver.taken().size() == 1);
  CHECK(Desk(config, nullptr, clock).raise(alert_of(Level::normal), sent) == Desk::Outcome::told);
  CHECK(Desk(config, nullptr, clock).raise(alert_of(Level::normal), sent) ==
        Desk::Outcome::held_back);
}

TEST_CASE("desk: nobody to tell is said, and a test goes past what holds back", "[alert]") {
  const test::TemporaryDirectory folder;
  const auto nobody = config::Config::of({{"alert.state_dir", folder.path().string()}}).value();
  test::FakeClock clock;
  Sent sent;
  CHECK(Desk(nobody, nullptr, clock).raise(alert_of(Level::warning), sent) ==
        Desk::Outcome::nobody);
  const test::Receiver receiver("mail");
  const auto config = mailing_to("a@example.org", receiver.port());
  CHECK(Desk(config, nullptr, clock).test("test").delivered == 1);
  CHECK(Desk(config, nullptr, clock).test("test").delivered == 1);
}

TEST_CASE("away: states are read back, and what is none is left out", "[alert]") {
  const auto at = core::parse_rfc3339("2026-11-30T08:00:00Z").value();
  const std::map<std::string, State> states{
      {"a", {.level = Level::critical, .told = {std::nullopt, at, at, std::nullopt}}},
      {"b", {.level = Level::normal}}};
  CHECK(parse_states(to_text(states)) == states);
  for (const std::string_view broken :
       {"", "[]", "7", R"({"a":7})", R"({"a":{"level":"loud"}})", "{\"a\":"})
    CHECK(parse_states(broken).empty());
  CHECK(parse_states(R"({"a":{"level":"warning","told":7}})").at("a") ==
        State{.level = Level::warning});
}

}  // namespace trunkline::alert
