// SPDX-License-Identifier: MIT

// kill -9 in a call: of recorderd, whose file is found, finalised, marked and plays; of sipd, whose
// call is closed as interrupted, with what recorderd counted.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

/// What a crash may cost of a recording: one segment of 2 s, and the time to write it.
constexpr Milliseconds kMostLost{2500};

TEST_CASE("crash: a recording plays up to its last seconds after kill -9 of recorderd",
          "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  const auto running = wait_for_recording(exchange, "recording");
  const auto id = core::text_at(running, "recording");
  const auto began =
      core::value_or_throw(core::parse_rfc3339(core::text_at(running, "started_at")));
  phones.talk(Seconds(6));
  const auto died = core::system_clock().wall();
  exchange.recorderd().kill9();
  exchange.start_recorderd();

  const auto found = wait_for_recording(exchange, "truncated");
  CHECK(core::text_at(found, "recording") == id);
  CHECK(core::text_at(found, "reason") == "recorderd ended while it was recorded");
  const auto file = played(exchange, id);
  const auto recorded = std::chrono::duration_cast<Milliseconds>(died - began);
  for (const auto& [channel, tone] : {std::pair{0, kCallerTone}, std::pair{1, kCalledTone}}) {
    const auto sound = read_channel(file, static_cast<std::uint16_t>(channel));
    INFO("channel " << channel << " of " << recorded.count() << " ms");
    CHECK(sound.length() >= recorded - kMostLost);
    CHECK(sound.length() <= recorded + Milliseconds(100));
    CHECK(sound.heard_for(tone) >= sound.length() - Milliseconds(1500));
  }
  CHECK(core::number_at(found, "duration_ms") == read_channel(file).length().count());

  // The call itself has lost its media; it ends as any other, and the next is whole again.
  phones.hang_up();
  phones.whole_call(Seconds(1));
  const auto next = wait_for_recording(exchange, "complete");
  CHECK(core::text_at(next, "recording") != id);
  CHECK(read_channel(played(exchange, core::text_at(next, "recording"))).heard_for(kCallerTone) >=
        Milliseconds(500));
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 2);
  for (const auto& call : calls) CHECK(core::text_at(call, "disposition") == "answered");
  CHECK(exchange.tool_json("cdrctl", {"recording", "show", id}).at(0).at("status") == "truncated");
  check_ledger_is_complete(exchange);
}

TEST_CASE("crash: kill -9 of sipd closes its call as interrupted, with the media account",
          "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.whole_call();
  phones.call();
  const auto live = exchange.ask_sipd("call.list").at(0);
  const auto call = core::text_at(live, "call");
  phones.talk(Seconds(1));
  exchange.sipd().kill9();
  CHECK(exchange.ask_recorderd("session.list").size() == 1);
  exchange.start_sipd();

  // Both are told, though nobody they know is left.
  CHECK(phones.caller().wait_for("CALL_CLOSED", kWait));
  CHECK(phones.called().wait_for("CALL_CLOSED", kWait));
  CHECK(wait_until([&] { return exchange.ask_recorderd("status").at(0).at("sessions") == 0; },
                   kWait));
  const auto calls = ledger_calls(exchange);
  CHECK(calls.size() == 2);
  // Its end is shipped by sipd, its media account by recorderd: in no order.
  core::Json shown;
  CHECK(wait_until(
      [&] {
        shown = exchange.tool_json("cdrctl", {"show", call}).at(0);
        return core::text_at(shown, "state") == "ended" && shown.contains("media");
      },
      kWait));
  INFO(core::to_line(shown));
  CHECK(core::text_at(shown, "disposition") == "interrupted");
  CHECK(core::text_at(shown, "ended_by") == "system");
  CHECK(shown.contains("answered_at"));
  REQUIRE(shown.contains("media"));
  for (const auto& leg : shown.at("media").at("legs")) {
    CHECK(core::number_at(leg, "packets_received") > 20);
  }
  CHECK(core::text_at(wait_for_recording(exchange, "complete"), "call") == call);

  // Registrations were kept: the next call needs none.
  CHECK(exchange.ask_sipd("registration.list").size() == 2);
  phones.whole_call();
  CHECK(ledger_calls(exchange).size() == 3);
  check_ledger_is_complete(exchange);
}

TEST_CASE("crash: phones over TCP are told of the end when they are back after kill -9 of sipd",
          "[scenario]") {
  Exchange exchange;
  const auto over_tcp = [](softphone::PhoneOptions& options) { options.transport = "tcp"; };
  auto caller = exchange.start_phone(exchange.add_device("alice", "101"), kCallerTone, over_tcp);
  auto called = exchange.start_phone(exchange.add_device("bob", "102"), kCalledTone, over_tcp);
  REQUIRE(caller.dial("102"));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  exchange.sipd().kill9();
  exchange.start_sipd();
  // Their connections died with it: they are reached where they register from now.
  CHECK(caller.wait_for("CALL_CLOSED", 2 * kWait));
  CHECK(called.wait_for("CALL_CLOSED", 2 * kWait));
  CHECK(wait_until([&] { return exchange.ask_sipd("status").at(0).at("sip").at("dialogs") == 0; },
                   kWait));
  const auto calls = ledger_calls(exchange);
  REQUIRE(calls.size() == 1);
  CHECK(core::text_at(calls.at(0), "disposition") == "interrupted");
}

TEST_CASE("crash: both daemons at once lose nothing that was acknowledged", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  wait_for_recording(exchange, "recording");
  phones.talk(Milliseconds(500));
  exchange.sipd().kill9();
  exchange.recorderd().kill9();
  exchange.start();
  // sipd asks recorderd for the call's account before it closes it.
  CHECK(wait_until(
      [&] {
        const auto calls = ledger_calls(exchange);
        return calls.size() == 1 && core::text_at(calls.at(0), "disposition") == "interrupted";
      },
      kWait));
  wait_for_recording(exchange, "truncated");
  phones.whole_call();
  wait_for_recording(exchange, "complete");
  CHECK(ledger_calls(exchange).size() == 2);
  check_ledger_is_complete(exchange);
}

}  // namespace
}  // namespace trunkline::test
