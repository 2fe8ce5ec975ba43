// SPDX-License-Identifier: MIT

// Our client and the real thing: Debian's rtpengine in user space is asked to relay a call.

#include <catch2/catch.hpp>

#include "ng/client.h"
#include "os/loop.h"
#include "os/process.h"
#include "os/socket.h"

namespace trunkline::ng {
namespace {

using core::Milliseconds;
using os::Transport;

constexpr std::string_view kOffer =
    "v=0\r\no=alice 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";
constexpr std::string_view kAnswer =
    "v=0\r\no=bob 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 5000 RTP/AVP 0\r\n";

struct World {
  explicit World(Transport transport) {
    // Taken and given back: rtpengine binds it a moment later.
    const auto address = os::local_address(os::bind_udp(os::Address::loopback()).value().get());
    rtpengine = os::Child::spawn({.arguments = {"rtpengine", "--table=-1", "--interface=127.0.0.1",
                                                "--listen-ng=" + address.text(),
                                                "--listen-tcp-ng=" + address.text(),
                                                "--port-min=31000", "--port-max=31100",
                                                "--foreground", "--log-stderr", "--log-level=1"},
                                  .output = os::Stream::null(),
                                  .errors = os::Stream::null()})
                    .value();
    client = std::make_unique<Client>(
        loop, ClientOptions{.nodes = {{transport, address}}, .ping_period = Milliseconds(100)});
    for (int i = 0; i < 500 && !client->is_available(); ++i) loop.run_once(Milliseconds(20));
  }

  core::Result<Dictionary> ask(std::string_view command, Dictionary body) {
    std::optional<core::Result<Dictionary>> answer;
    client->send("call-1", command, std::move(body),
                 [&](core::Result<Dictionary> reply) { answer = std::move(reply); });
    for (int i = 0; i < 500 && !answer; ++i) loop.run_once(Milliseconds(10));
    REQUIRE(answer);
    return *answer;
  }

  os::Loop loop;
  os::Child rtpengine;
  std::unique_ptr<Client> client;
};

TEST_CASE("ng client: a real rtpengine is pinged, offers, answers and deletes", "[ng]") {
  const auto transport = GENERATE(Transport::udp, Transport::tcp);
  World world(transport);
  INFO("rtpengine comes with the Debian package rtpengine-daemon");
  REQUIRE(world.client->is_available());
  CHECK_FALSE(world.client->is_available(Placement::trunkline));

  const auto offer =
      world.ask("offer", {{"sdp", kOffer}, {"from-tag", "caller"}, {"replace", List{"origin"}}});
  REQUIRE(offer);
  CHECK(offer->text("sdp").find("m=audio 31") != std::string_view::npos);
  const auto answer =
      world.ask("answer", {{"sdp", kAnswer}, {"from-tag", "caller"}, {"to-tag", "called-1"}});
  REQUIRE(answer);
  CHECK(answer->text("sdp").find("m=audio 31") != std::string_view::npos);

  const auto query = world.ask("query", {});
  REQUIRE(query);
  REQUIRE(query->dictionary("tags"));
  CHECK(query->dictionary("tags")->has("caller"));
  CHECK(query->dictionary("tags")->has("called-1"));

  CHECK(world.client->nodes()[0].calls == 1);
  CHECK(world.ask("delete", {{"from-tag", "caller"}, {"delete delay", 0}}));
  CHECK(world.client->nodes()[0].calls == 0);
  const auto gone = world.ask("query", {});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message == "media node refused: Unknown call-id");
}

}  // namespace
}  // namespace trunkline::ng
