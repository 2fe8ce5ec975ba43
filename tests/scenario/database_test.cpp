// SPDX-License-Identifier: MIT

// PostgreSQL is absent, stops, or freezes: phones register, calls are made and recorded all the
// same, and when it is back the ledger is complete and holds nothing twice.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

/// Every call of the ledger was talked, ended and recorded in whole.
void check_calls(const Exchange& exchange, std::size_t expected) {
  const auto calls = ledger_calls(exchange);
  CHECK(calls.size() == expected);
  for (const auto& call : calls) {
    INFO(core::to_line(call));
    CHECK(core::text_at(call, "state") == "ended");
    CHECK(core::text_at(call, "disposition") == "answered");
    CHECK(core::number_at(call, "talk_ms") >= 300);
  }
  const auto recordings = exchange.tool_json("cdrctl", {"recording", "list"});
  CHECK(recordings.size() == expected);
  for (const auto& recording : recordings) {
    INFO(core::to_line(recording));
    CHECK(core::text_at(recording, "status") == "complete");
  }
  check_ledger_is_complete(exchange);
}

TEST_CASE("database: absent from the start on, calls are made and recorded", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  // The devices are in the local snapshot now: sipd has registered the phones by them.
  phones.caller().stop();
  phones.called().stop();
  REQUIRE(exchange.sipd().stop().is_success());
  REQUIRE(exchange.recorderd().stop().is_success());
  exchange.database().stop();

  exchange.start();
  phones.start();
  CHECK(exchange.ask_sipd("registration.list").size() == 2);
  phones.whole_call();
  phones.whole_call();
  wait_for_recording(exchange, "complete");
  // Told from the journal, as long as there is no ledger.
  CHECK(exchange.tool_json("cdrctl", {"list"}).size() == 2);
  // A restart without it loses nothing.
  REQUIRE(exchange.recorderd().stop().is_success());
  exchange.start_recorderd();

  exchange.database().start();
  check_calls(exchange, 2);
}

TEST_CASE("database: stops in a call and is back after it", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  REQUIRE(wait_until([&] { return is_shipped(exchange); }, kWait));
  exchange.database().stop();
  phones.talk(Milliseconds(500));
  phones.hang_up();
  phones.whole_call();
  exchange.database().start();
  phones.whole_call();
  check_calls(exchange, 3);
}

TEST_CASE("database: is killed in a call and is back in it", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  exchange.database().kill9();
  phones.talk(Milliseconds(500));
  exchange.database().start();
  phones.hang_up();
  check_calls(exchange, 1);
}

TEST_CASE("database: freezes in a call and for a whole one", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  exchange.database().freeze();
  phones.talk(Milliseconds(500));
  phones.hang_up();
  phones.whole_call();
  // Phones come back, too: nothing that answers them waits for the database.
  phones.caller().stop();
  phones.called().stop();
  phones.start();
  phones.whole_call();
  wait_for_recording(exchange, "complete");
  exchange.database().thaw();
  check_calls(exchange, 3);
}

TEST_CASE("database: the demo call works while it is frozen, after a first one", "[scenario]") {
  Exchange exchange;
  const auto folder = (exchange.directory() / "demo").string();
  const auto demo = [&] {
    return exchange.tool("trunkline", {"demo", "--seconds", "2", "--folder", folder}, Seconds(60));
  };
  const auto first = demo();
  INFO(first.output << first.errors);
  REQUIRE(first.exit.is_success());
  exchange.database().freeze();
  const auto frozen = demo();
  exchange.database().thaw();
  INFO(frozen.output << frozen.errors);
  CHECK(frozen.exit.is_success());
  CHECK(ledger_calls(exchange).size() == 2);
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
