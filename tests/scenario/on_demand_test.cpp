// SPDX-License-Identifier: MIT

// sipctl call record: an operator has a live call recorded, and not.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

TEST_CASE("on demand: one file for the call, silence while it was off, and who switched it",
          "[scenario][on_demand]") {
  Exchange exchange({.is_recording = false});
  TwoPhones phones(exchange);
  const auto record = [&](const std::string& word) {
    return exchange.tool("sipctl", {"call", "record", "last", word});
  };
  CHECK(record("on").exit.code == static_cast<int>(core::ExitCode::no_input));
  phones.call();
  const auto early = record("off");
  CHECK(early.exit.code == static_cast<int>(core::ExitCode::usage));
  CHECK(early.errors.find("the call is not recorded") != std::string::npos);
  CHECK(record("maybe").errors.find("hint: say on or off") != std::string::npos);

  const auto on = exchange.tool_json("sipctl", {"call", "record", "last", "on"}).at(0);
  CHECK(core::text_at(on, "schema") == "call_record.v1");
  CHECK(core::bool_at(on, "is_on"));
  TwoPhones::talk(Seconds(2));
  REQUIRE(record("off").exit.is_success());
  TwoPhones::talk(Seconds(2));
  const auto again = exchange.tool_json("sipctl", {"call", "record", "last", "on"}).at(0);
  CHECK(core::text_at(again, "recording") == core::text_at(on, "recording"));
  TwoPhones::talk(Seconds(2));
  phones.hang_up();

  const auto recording = wait_for_recording(exchange, "complete");
  CHECK(core::text_at(recording, "recording") == core::text_at(on, "recording"));
  CHECK(exchange.ask_recorderd("recording.list").size() == 1);
  for (const core::Json& leg : recording.at("legs")) {
    CHECK(core::number_at(leg, "paused_ms") >= 1500);
    CHECK(core::number_at(leg, "paused_ms") < 6000);
  }
  const auto sound = played(exchange, core::text_at(recording, "recording"));
  for (const auto& [channel, tone] : {std::pair(0, kCallerTone), std::pair(1, kCalledTone)}) {
    const Channel heard = read_channel(sound, static_cast<std::uint16_t>(channel));
    CHECK(heard.heard_for(tone) >= Milliseconds(3000));
    CHECK(heard.silent_for() >= Milliseconds(1000));
    CHECK(heard.length() >= Milliseconds(5000));
  }

  REQUIRE(ledger_calls(exchange).size() == 1);
  const core::Json call = exchange.tool_json("cdrctl", {"show", "last"}).at(0);
  CHECK(core::text_at(call, "recording_mode") == "on-demand");
  CHECK(core::text_at(call, "recording_rule").starts_with("on by "));
  CHECK(core::text_at(call, "recording") == core::text_at(on, "recording"));
  static constexpr db::Statement kSwitched{
      "SELECT count(*) AS n FROM trunkline.ledger_entry WHERE kind = 'call.recording' AND "
      "body ->> 'recording_rule' LIKE 'o% by %'"};
  CHECK(count(exchange, kSwitched) == 3);
  check_ledger_is_complete(exchange);
}

TEST_CASE("on demand: a call that must be recorded is not switched off, and cdrctl says by whom",
          "[scenario][on_demand]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  const auto off = exchange.tool("sipctl", {"call", "record", "last", "off"});
  CHECK(off.exit.code == static_cast<int>(core::ExitCode::no_permission));
  CHECK(off.errors.find("the call must be recorded (tenant)") != std::string::npos);
  CHECK(exchange.tool("sipctl", {"call", "record", "last", "on"}).exit.is_success());
  phones.hang_up();
  (void)wait_for_recording(exchange, "complete");
  REQUIRE(ledger_calls(exchange).size() == 1);
  const auto shown = exchange.tool("cdrctl", {"show", "last"});
  CHECK(shown.output.find("always (tenant)") != std::string::npos);
}

}  // namespace
}  // namespace trunkline::test
