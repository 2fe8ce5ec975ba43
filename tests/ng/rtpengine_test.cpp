// SPDX-License-Identifier: MIT

// Our client and the real thing: Debian's rtpengine in user space is asked to relay a call.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "ng/client.h"
#include "os/loop.h"
#include "os/process.h"
#include "os/socket.h"
#include "support/free_ports.h"

namespace trunkline::ng {
namespace {

using core::Milliseconds;

constexpr std::string_view kOffer =
    "v=0\r\no=alice 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";
constexpr std::string_view kAnswer =
    "v=0\r\no=bob 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 5000 RTP/AVP 0\r\n";

/// The port of the first media line, 0 where there is none.
int media_port_of(std::string_view sdp) {
  constexpr std::string_view kLine = "m=audio ";
  const auto line = sdp.find(kLine);
  if (line == std::string_view::npos) return 0;
  return std::atoi(std::string(sdp.substr(line + kLine.size(), 5)).c_str());
}

struct RealNode {
  explicit RealNode(Transport transport) {
    address = os::Address::loopback(test::free_ports());
    min_port = test::free_ports(kPorts + 1).value();
    // Debian's configuration would have it listen on ports that all share.
    rtpengine =
        os::Child::spawn(
            {.arguments = {"rtpengine", "--config-file=none", "--table=-1", "--interface=127.0.0.1",
                           "--listen-ng=" + address.text(), "--listen-tcp-ng=" + address.text(),
                           "--port-min=" + std::to_string(min_port),
                           "--port-max=" + std::to_string(min_port + kPorts), "--foreground",
                           "--log-stderr", "--log-level=1"},
             .output = os::Stream::null(),
             .errors = os::Stream::null()})
            .value();
    client = std::make_unique<Client>(
        loop, ClientOptions{.nodes = {{transport, address}}, .ping_period = Milliseconds(100)});
    (void)eventually([&] { return client->is_available(); });  // its test looks whether it is
  }

  core::Result<Dictionary> ask(std::string_view command, Dictionary body) {
    std::optional<core::Result<Dictionary>> answer;
    client->send("call-1", command, std::move(body),
                 [&](core::Result<Dictionary> reply) { answer = std::move(reply); });
    REQUIRE(eventually([&] { return answer.has_value(); }));
    return *answer;
  }

  bool eventually(const std::function<bool()>& is_done) {
    const auto deadline = std::chrono::steady_clock::now() + core::Seconds(30);
    while (!is_done() && std::chrono::steady_clock::now() < deadline) {
      loop.run_once(Milliseconds(20));
    }
    return is_done();
  }
  bool is_relayed(std::string_view sdp) const {
    const int port = media_port_of(sdp);
    return port >= min_port && port <= min_port + kPorts;
  }

  static constexpr int kPorts = 200;
  int min_port = 0;
  os::Address address;
  os::Loop loop;
  os::Child rtpengine;
  std::unique_ptr<Client> client;
};

TEST_CASE("ng client: a real rtpengine is pinged, offers, answers and deletes", "[ng]") {
  const auto transport = GENERATE(Transport::udp, Transport::tcp);
  RealNode real(transport);
  INFO("rtpengine comes with the Debian package rtpengine-daemon");
  REQUIRE(real.client->is_available());
  CHECK_FALSE(real.client->is_available(Placement::trunkline));

  const auto offer =
      real.ask("offer", {{"sdp", kOffer}, {"from-tag", "caller"}, {"replace", List{"origin"}}});
  REQUIRE(offer);
  CHECK(real.is_relayed(offer->text("sdp")));
  const auto answer =
      real.ask("answer", {{"sdp", kAnswer}, {"from-tag", "caller"}, {"to-tag", "called-1"}});
  REQUIRE(answer);
  CHECK(real.is_relayed(answer->text("sdp")));

  const auto query = real.ask("query", {});
  REQUIRE(query);
  REQUIRE(query->dictionary("tags"));
  CHECK(query->dictionary("tags")->has("caller"));
  CHECK(query->dictionary("tags")->has("called-1"));

  CHECK(real.client->nodes()[0].calls == 1);
  CHECK(real.ask("delete", {{"from-tag", "caller"}, {"delete delay", 0}}));
  CHECK(real.client->nodes()[0].calls == 0);
  const auto gone = real.ask("query", {});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message == "media node refused: Unknown call-id");
}

/// One datagram there and back, without our client.
std::string exchanged(const os::Address& server, std::string_view datagram) {
  const auto socket = os::bind_udp(os::Address::loopback()).value();
  std::vector<std::byte> buffer(65'536);
  const auto deadline = std::chrono::steady_clock::now() + core::Seconds(30);
  REQUIRE(os::send_to(socket.get(), core::as_bytes(datagram), server));
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto reply = os::receive_from(socket.get(), buffer)) {
      return std::string(core::as_text(core::ByteView(buffer).first(reply->size)));
    }
    std::this_thread::sleep_for(Milliseconds(5));
  }
  return {};
}

TEST_CASE("ng json: a real rtpengine takes and gives the form that we do", "[ng]") {
  RealNode real(Transport::udp);
  REQUIRE(real.client->is_available());
  const auto ask = [&](std::string_view cookie, const Dictionary& body) {
    const auto reply = parse_message(exchanged(real.address, to_wire(cookie, body, Form::json)));
    REQUIRE(reply);
    CHECK(reply->cookie == cookie);
    CHECK(reply->form == Form::json);
    return reply->body;
  };
  CHECK(ask("j1", {{"command", "ping"}}).text("result") == "pong");
  const auto offer = ask("j2", {{"command", "offer"},
                                {"call-id", "json-call"},
                                {"from-tag", "a"},
                                {"sdp", kOffer},
                                {"replace", List{"origin"}}});
  CHECK(offer.text("result") == "ok");
  CHECK(real.is_relayed(offer.text("sdp")));
  CHECK(ask("j3", {{"command", "query"}, {"call-id", "nobody"}}).text("error-reason") ==
        "Unknown call-id");
  CHECK(ask("j4", {{"command", "make tea"}}).text("error-reason") == "Unrecognized command");
}

}  // namespace
}  // namespace trunkline::ng
