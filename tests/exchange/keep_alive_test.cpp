// SPDX-License-Identifier: MIT
#include "exchange/keep_alive.h"

#include <catch2/catch.hpp>

#include "journal/journal.h"
#include "sip/loopback.h"
#include "support/temporary_directory.h"

namespace trunkline::exchange {
namespace {

using namespace std::chrono_literals;
using sip_test::Peer;
using sip_test::World;

registrar::Binding bound(const std::string& contact, const std::string& flow) {
  registrar::Binding binding;
  binding.contact.uri = *sip::Uri::parse(contact);
  binding.flow = *sip::Flow::parse(flow);
  return binding;
}

TEST_CASE("keep-alive: a phone is behind a NAT where its contact is not where it came from",
          "[keep_alive]") {
  struct Row {
    std::string contact;
    std::string flow;
    bool is_behind;
  };
  const std::vector<Row> rows = {
      {"sip:a@192.0.2.7:5062", "udp:192.0.2.7:5062>192.0.2.1:5060", false},
      {"sip:a@192.0.2.7", "udp:192.0.2.7:5060>192.0.2.1:5060", false},
      {"sip:a@192.0.2.7", "udp:192.0.2.7:40000>192.0.2.1:5060", true},
      {"sip:a@10.0.0.5:5060", "udp:192.0.2.7:5060>192.0.2.1:5060", true},
      {"sip:a@phone.invalid", "udp:192.0.2.7:5060>192.0.2.1:5060", true},
      {"sip:a@[2001:db8::7]", "udp:[2001:db8::7]:5060>[2001:db8::1]:5060", false},
      {"sip:a@192.0.2.7:5062;transport=tcp", "tcp:192.0.2.7:40000>192.0.2.1:5060", false},
      {"sip:a@10.0.0.5:5062;transport=tcp", "tcp:192.0.2.7:40000>192.0.2.1:5060", true},
  };
  for (const Row& row : rows) {
    INFO(row.contact << " from " << row.flow);
    CHECK(is_behind_nat(bound(row.contact, row.flow)) == row.is_behind);
  }
  auto through_proxy = bound("sip:a@10.0.0.5", "udp:192.0.2.7:5060>192.0.2.1:5060");
  through_proxy.path = {"<sip:192.0.2.7;lr>"};
  CHECK_FALSE(is_behind_nat(through_proxy));
}

TEST_CASE("keep-alive: each phone behind a NAT hears an OPTIONS in every period", "[keep_alive]") {
  const test::TemporaryDirectory folder;
  World world;
  const auto journal = journal::Journal::open(folder.path() / "journal.db");
  registrar::Registrar registrar(world.root, *journal, core::system_clock(), {});
  const auto agent = world.agent();
  KeepAlive keep_alive(world.root, *agent, registrar);
  registrar.on_change([&](const registrar::Change& change) { keep_alive.changed(change); });
  std::vector<std::unique_ptr<Peer>> phones;
  const auto device = core::DeviceId::make({});
  const auto add = [&](bool is_behind) {
    phones.push_back(std::make_unique<Peer>(world));
    const auto number = static_cast<unsigned>(phones.size());
    sip::Request request;
    request.method = sip::Method::register_;
    request.call_id = fmt::format("call-{}", number);
    const std::string host = is_behind ? fmt::format("10.0.0.{}", number) : "127.0.0.1";
    request.contacts = {{.uri = *sip::Uri::parse(
                             fmt::format("sip:a{}@{}:{}", number, host, phones.back()->port()))}};
    request.flow = {.protocol = sip::Protocol::udp,
                    .peer = {"127.0.0.1", phones.back()->port()},
                    .local = {"127.0.0.1", sip_test::udp_port(*agent)}};
    CHECK(registrar.apply(request, {.tenant = {}, .device = device, .name = "a"}).status == 200);
  };
  for (int i = 0; i < 5; ++i) add(true);
  add(false);
  const auto asked = [&](std::size_t phone) {
    return phones[phone]->count("OPTIONS sip:a" + std::to_string(phone + 1) + "@10.0.0.");
  };
  const auto all_asked = [&](std::size_t times) {
    for (std::size_t i = 0; i < 5; ++i) {
      if (asked(i) < times) return false;
    }
    return true;
  };
  world.run_for(600ms);
  CHECK(asked(0) == 0);  // nobody set a period
  keep_alive.set_period(500ms);
  REQUIRE(world.until([&] { return all_asked(1); }, 10s));
  // Their answers end the transactions.
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string request = phones[i]->last("OPTIONS");
    std::string answer = "SIP/2.0 200 OK" + request.substr(request.find("\r\n"));
    answer.replace(answer.find("To: "), 4, "To: ");
    phones[i]->send(sip_test::udp_port(*agent), answer);
  }
  REQUIRE(world.until([&] { return all_asked(2); }, 10s));
  CHECK(phones[5]->received.empty());
  CHECK(keep_alive.size() == 1);  // all are one device's
  keep_alive.set_period(0ms);
  registrar.unbind(device, "gone");
  CHECK(keep_alive.size() == 0);
}

}  // namespace
}  // namespace trunkline::exchange
