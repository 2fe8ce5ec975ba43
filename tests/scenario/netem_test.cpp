// SPDX-License-Identifier: MIT

// A phone behind a bad network: packets late, lost and out of order. The call and its recording
// survive, and the figures say what the network did.

#include <fmt/format.h>

#include "scenario/two_phones.h"
#include "support/bad_wire.h"
#include "support/free_ports.h"
#include "support/network_namespace.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;
using softphone::PhoneOptions;

constexpr double kLoss = 0.05;
constexpr Milliseconds kDelay{60};

const core::Json& leg_of(const core::Json& call, std::size_t leg) {
  return call.at("media").at("legs").at(leg);
}

TEST_CASE("netem: 5 % loss, 60 ms and disorder each way: the call survives, the figures tell",
          "[scenario][netem]") {
  const NetworkNamespace host(own_network(0));
  const BadWire wire(host, own_network(1), {.loss = kLoss, .delay = kDelay, .reordering = 0.02});
  const auto port = free_ports(2);
  const std::string server = fmt::format("{}:{}", wire.our_address(), port.value());
  Exchange exchange({.settings = {{"sip.listen", fmt::format("[\"udp:127.0.0.1:{0}\", \"udp:{1}\"]",
                                                             port.value(), server)},
                                  {"media.address", "\"0.0.0.0\""}}});
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  auto caller = exchange.start_phone(alice, kCallerTone, [&](PhoneOptions& options) {
    options.server = fmt::format("127.0.0.1:{}", port.value());
  });
  auto called = exchange.start_phone(bob, kCalledTone, [&](PhoneOptions& options) {
    options.server = server;
    options.address = wire.address();
    options.launcher = host.inside({});
    options.control_address = host.address();
  });

  REQUIRE(caller.dial("102"));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
  // baresip reports every five seconds, and a report may be lost as well.
  CHECK(wait_until(
      [&] {
        const auto sessions = exchange.ask_recorderd("session.list");
        if (sessions.size() != 1) return false;
        const core::Json& legs = sessions.front().at("legs");
        return legs.at(0).contains("round_trip_ms") && legs.at(1).contains("round_trip_ms");
      },
      Seconds(50)));
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));
  CHECK(wire.lost() > 0);

  const auto recording = wait_for_recording(exchange, "complete");
  REQUIRE(ledger_calls(exchange).size() == 1);
  const core::Json call = exchange.tool_json("cdrctl", {"show", "last"}).at(0);
  const core::Json& near = leg_of(call, 0);
  const core::Json& far = leg_of(call, 1);
  INFO(near.dump() << "\n" << far.dump());

  // What came from the far phone lost one packet in twenty, give or take what chance may do.
  CHECK(far.at("loss_percent") > 1.5);
  CHECK(far.at("loss_percent") < 11.0);
  CHECK(far.at("packets_late") > 0);
  CHECK(near.at("loss_percent") < 1.0);
  // There and back: twice the delay, and what a busy machine adds.
  CHECK(far.at("round_trip_ms") >= 2.0 * static_cast<double>(kDelay.count()) - 2.0);
  CHECK(far.at("round_trip_ms") < 500.0);
  CHECK(near.at("round_trip_ms") < far.at("round_trip_ms"));
  CHECK(far.at("jitter_ms") < 60.0);
  // What the far phone says it heard of the near one crossed the same wire.
  REQUIRE(far.contains("heard"));
  CHECK(far.at("heard").at("loss_percent") > 1.0);
  CHECK(far.at("heard").at("loss_percent") < 12.0);
  CHECK(far.at("mos") > 2.5);
  CHECK(far.at("mos") < 4.3);
  CHECK(far.at("mos") < near.at("mos"));

  static constexpr db::Statement kBad{
      "SELECT count(*) AS n FROM trunkline.report_media r JOIN trunkline.media_account a USING "
      "(call) WHERE r.leg = 'called' AND r.round_trip_ms > 100 AND a.mos <= r.mos"};
  CHECK(count(exchange, kBad) == 1);
  const auto shown = exchange.tool("cdrctl", {"show", "last"});
  CHECK(shown.output.find("round trip") != std::string::npos);
  CHECK(shown.output.find("heard by called") != std::string::npos);

  // Both tones, nearly all the time: a lost packet is 20 ms of silence.
  const auto sound = played(exchange, core::text_at(recording, "recording"));
  const auto length = Milliseconds(core::number_at(recording, "duration_ms"));
  const Channel left = read_channel(sound, 0);
  const Channel right = read_channel(sound, 1);
  CHECK(left.heard_for(kCallerTone) > length * 8 / 10);
  CHECK(right.heard_for(kCalledTone) > length * 5 / 10);
  CHECK(left.loudest(kCalledTone) < 500);
  CHECK(right.loudest(kCallerTone) < 500);
}

}  // namespace
}  // namespace trunkline::test
