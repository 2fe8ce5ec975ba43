// SPDX-License-Identifier: MIT

// A back-to-back user agent of a few lines, between two sipps: what lib/sip is for, against a peer
// that is not ours.

#include <catch2/catch.hpp>

#include "os/process.h"
#include "sip/loopback.h"
#include "support/free_ports.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

/// One call: two dialogs, and what one says passed on to the other.
struct Bridge {
  std::unique_ptr<sip::Dialog> caller;
  std::unique_ptr<sip::ServerTransaction> invite;
  std::unique_ptr<sip::Dialog> called;
  std::unique_ptr<sip::ClientTransaction> outgoing;
  bool is_over = false;
};

class BackToBack {
 public:
  BackToBack(sip::Agent& agent, std::uint16_t called_port)
      : agent_(agent), called_port_(called_port) {
    agent.on_request([this](sip::IncomingRequest incoming) {
      if (incoming.request().method != sip::Method::invite) {
        std::move(incoming).reply(agent_.options_reply());
        return;
      }
      begin(std::move(incoming));
    });
  }

  std::vector<std::unique_ptr<Bridge>> bridges;
  int over = 0;

 private:
  void begin(sip::IncomingRequest incoming) {
    const sip::Request request = incoming.request();
    auto opened = std::move(incoming).open_dialog();
    bridges.push_back(std::make_unique<Bridge>());
    Bridge& bridge = *bridges.back();
    bridge.caller = std::move(opened.dialog);
    bridge.invite = std::move(opened.invite);
    bridge.called =
        agent_.dial({.target = *sip::Uri::parse(fmt::format("sip:bob@127.0.0.1:{}", called_port_)),
                     .from = {.uri = request.from.uri},
                     .to = {.uri = request.to.uri}});
    bridge.outgoing = bridge.called->invite(
        sip::Content::sdp(request.body),
        {.provisional =
             [&bridge](const sip::Response& response) {
               bridge.invite->provisional({.status = response.status});
             },
         .final =
             [&bridge](const sip::Response& response) {
               bridge.invite->answer(
                   {.status = response.status, .content = sip::Content::sdp(response.body)});
             }});
    const auto end = [this, &bridge](bool by_caller,
                                     std::unique_ptr<sip::ServerTransaction> transaction) {
      const auto method = transaction->request().method;
      transaction->answer({.status = 200});
      if (method != sip::Method::bye || bridge.is_over) return;
      bridge.is_over = true;
      ++over;
      agent_.hang_up(std::move(by_caller ? bridge.called : bridge.caller));
    };
    bridge.caller->on_request([end](auto transaction) { end(true, std::move(transaction)); });
    bridge.called->on_request([end](auto transaction) { end(false, std::move(transaction)); });
  }

  sip::Agent& agent_;
  std::uint16_t called_port_;
};

os::Child sipp(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "sipp");
  for (const char* more : {"-i", "127.0.0.1", "-nostdin", "-timeout", "30s", "-timeout_error"}) {
    arguments.emplace_back(more);
  }
  auto child = os::Child::spawn({.arguments = std::move(arguments),
                                 .output = os::Stream::null(),
                                 .errors = os::Stream::null(),
                                 .has_own_group = true});
  REQUIRE(child);
  return std::move(*child);
}

}  // namespace

TEST_CASE("sipp: fifty calls through two dialogs each, over UDP and TCP", "[sipp]") {
  if (!os::find_program("sipp")) {
    WARN("sipp is not installed");
    return;
  }
  const auto transport = GENERATE(as<std::string>(), "u1", "t1");
  World world;
  const auto agent = world.agent();
  const std::uint16_t called_port = test::free_ports(2).value();
  BackToBack exchange(*agent, called_port);
  os::Child called = sipp({"-sn", "uas", "-p", std::to_string(called_port)});
  const std::uint16_t port =
      port_of(*agent, transport == "u1" ? sip::Protocol::udp : sip::Protocol::tcp);
  os::Child caller = sipp({"-sn", "uac", "-t", transport, "-m", "50", "-r", "100", "-d", "20",
                           fmt::format("127.0.0.1:{}", port)});
  REQUIRE(world.until([&] { return !caller.is_running(); }, 30s));
  CHECK(caller.wait(1s)->text() == "exit code 0");
  REQUIRE(world.until([&] { return exchange.over == 50; }));
  exchange.bridges.clear();
  REQUIRE(world.until([&] { return agent->counts().dialogs == 0; }));
  CHECK(agent->counts().client_transactions == 0);
  CHECK(agent->counts().server_transactions == 0);
}
