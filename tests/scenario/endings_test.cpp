// SPDX-License-Identifier: MIT

// The many ways calls end, and what the ledger says of each; and that nothing is left of a
// thousand.

#include <csignal>

#include "scenario/sipp_phones.h"
#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

TEST_CASE("endings: the ledger tells each way a call ends", "[scenario]") {
  struct Row {
    std::string caller;
    std::string called;
    std::string dialled;
    std::string status;
    std::string disposition;
    int sip_status;
    std::string ended_by;
  };
  const std::vector<Row> rows = {
      {"caller", "called", "102", "", "answered", 200, "caller"},
      {"caller_is_hung_up", "called_hangs_up", "102", "", "answered", 200, "called"},
      {"caller_cancels", "called_rings", "102", "", "cancelled", 487, "caller"},
      {"caller_cancels", "called_answers_cancelled", "102", "", "cancelled", 487, "caller"},
      {"caller_refused", "called_busy", "102", "486", "busy", 486, "called"},
      {"caller_refused", "called_rings", "102", "480", "missed", 480, "system"},
      {"caller_refused", "", "888", "404", "refused", 404, "system"},
      {"caller_refused", "", "103", "480", "refused", 480, "system"},
  };
  Exchange exchange({.settings = {{"sip.ring_timeout", "\"2s\""}}});
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  exchange.add_device("carol", "103");
  const auto dave = exchange.add_device("dave", "104");
  const auto erin = exchange.add_device("erin", "105");
  // This takes half a minute (RFC 3261 section 13.3.1.4), beside the others.
  auto waits = start_called(exchange, erin, "called");
  Sipp never_acks(caller_options(exchange, dave, "caller_without_ack", "105"));

  for (const auto& row : rows) {
    const auto called = row.called.empty() ? nullptr : start_called(exchange, bob, row.called);
    const auto calling =
        Sipp::run(caller_options(exchange, alice, row.caller, row.dialled, row.status));
    INFO(row.caller << " and " << row.called << ": " << calling.errors);
    CHECK(calling.is_good());
    if (called) {
      const auto answered = called->wait();
      INFO(answered.errors);
      CHECK(answered.is_good());
    }
    core::Json call;
    const auto is_told = [&] {
      for (const auto& found : exchange.tool_json("cdrctl", {"list", "--caller", "alice"})) {
        call = found;
        return core::text_at(found, "state") == "ended";
      }
      return false;
    };
    CHECK(wait_until(is_told, kWait));
    INFO(core::to_line(call));
    CHECK(core::text_at(call, "disposition") == row.disposition);
    CHECK(core::number_at(call, "sip_status") == row.sip_status);
    CHECK(core::text_at(call, "ended_by") == row.ended_by);
    CHECK(call.contains("talk_ms") == (row.disposition == "answered"));
  }

  // Wrong credentials are refused and leave no call.
  auto wrong = caller_options(exchange, alice, "caller_refused", "102", "403");
  wrong.password = core::Secret("not the password");
  const auto refused = Sipp::run(std::move(wrong));
  INFO(refused.errors);
  CHECK(refused.is_good());

  CHECK(never_acks.wait().is_good());
  CHECK(waits->wait().is_good());
  const auto calls = ledger_calls(exchange);
  CHECK(calls.size() == rows.size() + 1);
  for (const auto& call : calls) {
    if (core::text_at(call.at("caller"), "name") != "dave") continue;
    INFO(core::to_line(call));
    CHECK(core::text_at(call, "disposition") == "failed");
    CHECK(core::text_at(call, "ended_by") == "system");
  }
  CHECK(wait_until([&] { return is_idle(exchange); }, kWait));
  check_ledger_is_complete(exchange);
}

TEST_CASE("endings: a phone that vanishes is noticed by its silence", "[scenario]") {
  Exchange exchange({.settings = {{"media.timeout", "\"2s\""}}});
  TwoPhones phones(exchange);
  phones.call();
  phones.talk(Milliseconds(500));
  // The other talks on; nothing answers its BYE.
  phones.called().vanish();
  phones.talk(Seconds(1));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  REQUIRE(phones.caller().hang_up());
  REQUIRE(phones.caller().wait_for("CALL_CLOSED", kWait));
  wait_for_recording(exchange, "complete");

  phones.start();
  phones.call();
  phones.talk(Milliseconds(500));
  phones.called().vanish();
  phones.caller().vanish();
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  CHECK(core::text_at(calls.at(1), "disposition") == "answered");
  CHECK(core::text_at(calls.at(1), "ended_by") == "caller");
  INFO(core::to_line(calls.at(0)));
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  CHECK(core::text_at(calls.at(0), "ended_by") == "system");
  CHECK(core::number_at(calls.at(0), "talk_ms") >= 500);
  wait_for_recording(exchange, "complete");
  CHECK(wait_until([&] { return is_idle(exchange); }, Seconds(60)));
  check_ledger_is_complete(exchange);
}

TEST_CASE("endings: both hang up at once, and a call that was held", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  phones.talk(kTalk);
  // sipd sleeps while both BYEs arrive.
  REQUIRE(exchange.sipd().signal(SIGSTOP));
  CHECK(phones.caller().hang_up());
  CHECK(phones.called().hang_up());
  CHECK(phones.caller().wait_for("CALL_CLOSED", kWait));
  CHECK(phones.called().wait_for("CALL_CLOSED", kWait));
  phones.talk(kTalk);
  REQUIRE(exchange.sipd().signal(SIGCONT));
  const auto first = ledger_calls(exchange);
  REQUIRE(first.size() == 1);
  CHECK(core::text_at(first.at(0), "disposition") == "answered");
  wait_for_recording(exchange, "complete");

  phones.call();
  phones.talk(Seconds(1));
  REQUIRE(phones.caller().hold());
  phones.talk(Seconds(1));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  REQUIRE(phones.caller().resume());
  phones.talk(Seconds(2));
  phones.hang_up();
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  CHECK(core::text_at(calls.at(0), "disposition") == "answered");
  const auto recording = wait_for_recording(exchange, "complete");
  CHECK(core::text_at(recording, "call") == core::text_at(calls.at(0), "call"));
  const auto file = played(exchange, core::text_at(recording, "recording"));
  // Longer than before the hold: it came back.
  CHECK(read_channel(file, 0).heard_for(kCallerTone) >= Milliseconds(2000));
  CHECK(read_channel(file, 1).heard_for(kCalledTone) >= Milliseconds(2000));
  CHECK(wait_until([&] { return is_idle(exchange); }, Seconds(60)));
  check_ledger_is_complete(exchange);
}

TEST_CASE("endings: nothing is left of a thousand calls", "[scenario]") {
  constexpr unsigned kCalls = 1000;
  // A port that a call has left rests a while before the next may have it.
  Exchange exchange({.settings = {{"media.rtp_min", "20000"}, {"media.rtp_max", "31999"}}});
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  // What is opened once and kept (connections, files) is open after a first call.
  const auto run = [&](unsigned calls) {
    auto called = start_called(exchange, bob, "called", calls, Seconds(120));
    auto options = caller_options(exchange, alice, "caller", "102");
    options.calls = calls;
    options.calls_per_second = 40;
    options.talk = Milliseconds(0);
    options.timeout = Seconds(120);
    const auto calling = Sipp::run(std::move(options));
    INFO(calling.errors);
    CHECK(calling.successful == calls);
    CHECK(called->wait().successful == calls);
    REQUIRE(wait_until([&] { return is_idle(exchange); }, kWait));
    REQUIRE(wait_until([&] { return is_shipped(exchange); }, kWait));
  };
  run(1);
  const auto sipd_before = exchange.sipd().open_descriptors();
  const auto recorderd_before = exchange.recorderd().open_descriptors();
  run(kCalls);
  CHECK(exchange.sipd().open_descriptors() <= sipd_before);
  CHECK(wait_until([&] { return exchange.recorderd().open_descriptors() <= recorderd_before; }));
  static constexpr db::Statement kAnswered{
      "SELECT count(*) AS n FROM trunkline.cdr WHERE state = 'ended' AND disposition = 'answered'"};
  static constexpr db::Statement kRecorded{
      "SELECT count(*) AS n FROM trunkline.recording WHERE status = 'complete'"};
  CHECK(count(exchange, kAnswered) == kCalls + 1);
  CHECK(count(exchange, kRecorded) == kCalls + 1);
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
