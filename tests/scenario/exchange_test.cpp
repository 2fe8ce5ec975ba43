// SPDX-License-Identifier: MIT

// A whole exchange: two phones register, call each other over sipd and recorderd, and hear each
// other; a sipp that is called and one that calls.

#include <catch2/catch.hpp>

#include <memory>
#include <thread>

#include "scenario/sipp_phones.h"
#include "support/sound.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

constexpr Milliseconds kBriefTalk{200};

TEST_CASE("exchange: two phones register, talk and hear each other", "[scenario][exchange]") {
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  auto caller = exchange.start_phone(alice, kCallerTone);
  auto called = exchange.start_phone(bob, kCalledTone);
  CHECK(exchange.ask_sipd("registration.list").size() == 2);

  REQUIRE(caller.dial("102"));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kSoon));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kSoon));
  CHECK(exchange.ask_sipd("call.list").size() == 1);
  CHECK(exchange.ask_recorderd("session.list").size() == 1);
  // Sound needs time, there is nothing to wait for.
  std::this_thread::sleep_for(Seconds(2));
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kSoon));
  caller.stop();
  called.stop();

  REQUIRE(caller.heard());
  REQUIRE(called.heard());
  CHECK(read_channel(*caller.heard()).heard_for(kCalledTone) >= Milliseconds(1000));
  CHECK(read_channel(*called.heard()).heard_for(kCallerTone) >= Milliseconds(1000));
  CHECK(exchange.sipd().stop().is_success());
  CHECK(exchange.recorderd().stop().is_success());
}

/// A sipp that takes calls for the device: registered from the port it then listens on.
std::unique_ptr<Sipp> start_brief_called(const Exchange& exchange, const TestDevice& device,
                                         const std::string& scenario) {
  const auto port = free_ports(2);
  register_at(exchange, device, port);
  return std::make_unique<Sipp>(SippOptions{
      .scenario = scenario, .local_port = port, .name = device.name, .talk = kBriefTalk});
}

TEST_CASE("exchange: what sipp does to it, and what it answers", "[scenario][exchange]") {
  struct Row {
    std::string caller;
    std::string called;
    std::string dialled;
    std::string status;
  };
  const std::vector<Row> rows = {
      {"caller", "called", "102", ""},
      {"caller_is_hung_up", "called_hangs_up", "102", ""},
      {"caller_cancels", "called_rings", "102", ""},
      {"caller_refused", "called_busy", "102", "486"},
      {"caller_refused", "", "888", "404"},
      {"caller_refused", "", "103", "480"},
  };
  Exchange exchange;
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  exchange.add_device("carol", "103");
  for (const auto& row : rows) {
    const auto called =
        row.called.empty() ? nullptr : start_brief_called(exchange, bob, row.called);
    const auto calling = Sipp::run({.scenario = row.caller,
                                    .remote = exchange.sip_address(),
                                    .name = alice.name,
                                    .password = alice.password,
                                    .keys = {{"dialled", row.dialled}, {"status", row.status}},
                                    .talk = kBriefTalk});
    INFO(row.caller << " and " << row.called << ": " << calling.errors);
    CHECK(calling.is_good());
    if (!called) continue;
    const auto answered = called->wait();
    INFO(answered.errors);
    CHECK(answered.is_good());
  }
}

}  // namespace
}  // namespace trunkline::test
