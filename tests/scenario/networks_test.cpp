// SPDX-License-Identifier: MIT

// Phones of several networks: IPv4 and IPv6, NAT on one side or both, several behind one NAT,
// connections that die.

#include <fmt/format.h>

#include <thread>

#include "os/address.h"

#include "scenario/two_phones.h"
#include "support/free_ports.h"

namespace trunkline::test {
namespace {

using core::Seconds;
using softphone::Phone;
using softphone::PhoneOptions;

/// An exchange that listens on loopback in both families.
class BothFamilies {
 public:
  BothFamilies()
      : port_(free_ports(2)),
        exchange_({.settings = {
                       {"sip.listen", fmt::format("[\"udp:127.0.0.1:{0}\", \"tcp:127.0.0.1:{0}\", "
                                                  "\"udp:[::1]:{0}\", \"tcp:[::1]:{0}\"]",
                                                  port_.value())},
                       {"media.address6", "\"::1\""}}}) {}

  Exchange& exchange() { return exchange_; }
  core::Port port() const { return port_; }
  Phone phone(const TestDevice& device, double tone, os::Family family,
              const std::string& transport = "udp") const {
    const auto host = os::Address::loopback(port_, family);
    return exchange_.start_phone(device, tone, [&](PhoneOptions& options) {
      options.server = host.text();
      options.address = host.host();
      options.transport = transport;
      options.folder += fmt::format("-{}", host.host());
    });
  }

 private:
  core::Port port_;
  Exchange exchange_;
};

TEST_CASE("networks: phones of IPv4 and IPv6 call each other, recorded", "[scenario][networks]") {
  struct Row {
    os::Family caller;
    os::Family called;
    std::string transport;
  };
  using enum os::Family;
  const std::vector<Row> rows = {
      {ipv6, ipv6, "udp"}, {ipv4, ipv6, "udp"}, {ipv6, ipv4, "udp"}, {ipv6, ipv4, "tcp"}};
  BothFamilies world;
  Exchange& exchange = world.exchange();
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  for (const Row& row : rows) {
    INFO(static_cast<int>(row.caller)
         << " " << static_cast<int>(row.called) << " " << row.transport);
    auto caller = world.phone(alice, kCallerTone, row.caller, row.transport);
    auto called = world.phone(bob, kCalledTone, row.called, row.transport);
    talk_for_a_while(caller, called, "102");
    caller.stop();
    called.stop();
    check_they_heard_each_other(caller, called);
    check_both_are_recorded(exchange);
  }
}

TEST_CASE("networks: a device with a phone in each family rings on both, either answers",
          "[scenario][networks]") {
  BothFamilies world;
  Exchange& exchange = world.exchange();
  const auto alice = exchange.add_device("alice", "101");
  const auto bob = exchange.add_device("bob", "102");
  auto caller = world.phone(alice, kCallerTone, os::Family::ipv4);
  const auto ringing = [&](os::Family family) {
    const auto host = os::Address::loopback(world.port(), family);
    return exchange.start_phone(bob, kCalledTone, [&](PhoneOptions& options) {
      options.server = host.text();
      options.address = host.host();
      options.folder += fmt::format("-{}", host.host());
      options.answers = false;
    });
  };
  auto desk = ringing(os::Family::ipv4);
  auto mobile = ringing(os::Family::ipv6);
  CHECK(exchange.ask_sipd("registration.list").size() == 3);
  for (Phone* const answering : {&desk, &mobile}) {
    caller.forget_events();
    desk.forget_events();
    mobile.forget_events();
    Phone& other = answering == &desk ? mobile : desk;
    REQUIRE(caller.dial("102"));
    REQUIRE(desk.wait_for("CALL_INCOMING", kWait));
    REQUIRE(mobile.wait_for("CALL_INCOMING", kWait));
    REQUIRE(answering->answer());
    REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
    REQUIRE(other.wait_for("CALL_CLOSED", kWait));
    TwoPhones::talk(Seconds(2));
    REQUIRE(caller.hang_up());
    REQUIRE(answering->wait_for("CALL_CLOSED", kWait));
    check_they_heard_each_other(caller, *answering);
  }
}

}  // namespace
}  // namespace trunkline::test
