// SPDX-License-Identifier: MIT

// Another exchange's proxy commands our recorderd: Kamailio with its module rtpengine.

#include <fmt/format.h>

#include "scenario/two_phones.h"
#include "support/free_ports.h"

namespace trunkline::test {
namespace {

struct Kamailio {
  explicit Kamailio(const Exchange& exchange)
      : program("kamailio",
                {"-DD", "-f",
                 std::string(TRUNKLINE_SOURCE_DIR) + "/tests/scenario/kamailio/recorded_proxy.cfg",
                 "-Y", exchange.directory().string(), "-m", "64", "-M", "8", "-A",
                 "LISTEN=udp:" + address, "-A",
                 fmt::format("NG=\"udp:127.0.0.1:{}\"", exchange.ng_port().value())},
                exchange.directory() / "kamailio.log") {
    program.start();
  }
  softphone::Phone phone(const Exchange& exchange, const std::string& name, double tone) const {
    return exchange.start_phone(
        {.name = name, .extension = {}, .domain = address, .password = {}}, tone,
        [&](softphone::PhoneOptions& options) { options.server = address; });
  }

  std::string address = fmt::format("127.0.0.1:{}", free_ports().value());
  Program program;
};

std::int64_t entries(const Exchange& exchange, const std::string& kind) {
  static constexpr db::Statement kOfKind{
      "SELECT count(*) AS n FROM trunkline.ledger_entry WHERE kind = $1"};
  auto connection = db::Connection::open({.url = exchange.conninfo()});
  return connection.query(kOfKind, {kind}).only().get<std::int64_t>("n");
}

TEST_CASE("kamailio: its calls are relayed and recorded by our recorderd", "[scenario]") {
  Exchange exchange;
  const Kamailio kamailio(exchange);
  auto caller = kamailio.phone(exchange, "caller", kCallerTone);
  // Recorded by a flag of the offer, and by a command once it is answered.
  const std::string name = GENERATE("flagged", "commanded");
  CAPTURE(name);
  auto called = kamailio.phone(exchange, name, kCalledTone);

  REQUIRE(caller.dial(fmt::format("sip:{}@{}", name, kamailio.address)));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  CHECK(exchange.ask_recorderd("status").at(0).at("sessions") == 1);
  TwoPhones::talk(core::Seconds(3));
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));

  // Each heard the other, so the media were relayed: the phones never learnt each other's ports.
  REQUIRE(caller.heard());
  REQUIRE(called.heard());
  CHECK(read_channel(*caller.heard()).heard_for(kCalledTone) > core::Seconds(1));
  CHECK(read_channel(*called.heard()).heard_for(kCallerTone) > core::Seconds(1));

  const auto recording = wait_for_recording(exchange, "complete");
  CHECK(wait_until([&] { return exchange.ask_recorderd("status").at(0).at("sessions") == 0; },
                   kWait));
  CHECK(wait_until([&] { return entries(exchange, "media.ended") == 1; }, kWait));
  CHECK(wait_until([&] { return entries(exchange, "recording.finished") == 1; }, kWait));
  CHECK(std::filesystem::exists(exchange.recordings() / core::text_at(recording, "path")));
}

}  // namespace
}  // namespace trunkline::test
