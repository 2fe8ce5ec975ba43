// SPDX-License-Identifier: MIT

// Real phones that speak other codecs than G.711: relayed, decoded and recorded.

#include "scenario/two_phones.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;
using softphone::PhoneOptions;

struct CodecRow {
  std::string module;  ///< of baresip
  std::string name;    ///< in SDP
  SoundForm speech;    ///< what baresip wants to be fed for it
  std::uint32_t recorded_rate;
};

TEST_CASE("codecs: calls in Opus and G.722 are heard, and recorded with a tone in each channel",
          "[scenario][codecs]") {
  const std::vector<CodecRow> rows = {{.module = "g722",
                                       .name = "G722",
                                       .speech = {.sample_rate = 16'000, .channels = 1},
                                       .recorded_rate = 16'000},
                                      {.module = "opus",
                                       .name = "opus",
                                       .speech = {.sample_rate = 48'000, .channels = 2},
                                       .recorded_rate = 16'000}};
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  const auto phone = [&](const TestDevice& device, double tone, const CodecRow& row) {
    return exchange.start_phone(device, tone, [&](PhoneOptions& options) {
      options.folder += "-" + row.module;
      std::filesystem::create_directories(options.folder);
      options.speech = options.folder / "speech.wav";
      write_tone(options.speech, tone, Seconds(60), row.speech);
      options.codecs = {row.module};
    });
  };
  for (const CodecRow& row : rows) {
    INFO(row.name);
    auto caller = phone(alice, kCallerTone, row);
    auto called = phone(bob, kCalledTone, row);
    REQUIRE(caller.dial("102"));
    REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
    REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
    TwoPhones::talk(Seconds(3));
    REQUIRE(caller.hang_up());
    REQUIRE(called.wait_for("CALL_CLOSED", kWait));
    caller.stop();
    called.stop();
    REQUIRE(caller.heard());
    CHECK(read_channel(*caller.heard()).heard_for(kCalledTone) >= Seconds(1));

    const auto recording = wait_for_recording(exchange, "complete");
    CHECK(core::text_at(recording, "reason").empty());
    CHECK(core::text_at(recording, "codec") == "s16le");
    CHECK(core::number_at(recording, "sample_rate") == row.recorded_rate);
    const auto sound = played(exchange, core::text_at(recording, "recording"));
    const Channel left = read_channel(sound, 0);
    const Channel right = read_channel(sound, 1);
    CHECK(left.sample_rate == row.recorded_rate);
    CHECK(left.heard_for(kCallerTone) >= Seconds(2));
    CHECK(right.heard_for(kCalledTone) >= Seconds(2));
    CHECK(left.loudest(kCalledTone) < left.loudest(kCallerTone) / 10);
    CHECK(right.loudest(kCallerTone) < right.loudest(kCalledTone) / 10);

    REQUIRE(!ledger_calls(exchange).empty());
    const core::Json media = exchange.tool_json("cdrctl", {"show", "last"}).at(0).at("media");
    for (const core::Json& leg : media.at("legs")) {
      CHECK(core::text_at(leg, "codec") == row.name);
      CHECK(leg.at("mos") > 4.0);
    }
  }
}

}  // namespace
}  // namespace trunkline::test
