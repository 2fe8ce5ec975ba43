// SPDX-License-Identifier: MIT
#include "ng/client.h"

#include <catch2/catch.hpp>

#include "ng/server.h"
#include "os/loop.h"
#include "os/socket.h"
#include "support/temporary_directory.h"

namespace trunkline::ng {
namespace {

using core::ExitCode;
using core::Milliseconds;

/// A media node that answers every command with its name.
struct FakeNode {
  FakeNode(os::Loop& loop, const Endpoint& at, const std::string& name) {
    ServerOptions options;
    options.listen = {at};
    options.allow = {os::Network::parse("127.0.0.0/8").value()};
    server = std::make_unique<Server>(loop, options);
    server->on("ping", [](const Request&, const Respond& respond) { respond(pong_reply()); });
    for (const auto* command : {"offer", "answer", "delete"}) {
      server->on(command, [this, name](const Request& request, const Respond& respond) {
        ++commands;
        if (is_mute) return;
        if (!refusal.empty()) return respond(refusal);
        respond(Dictionary{
            {"result", "ok"}, {"node", name}, {"call", std::string(request.body.text("call-id"))}});
      });
    }
  }
  Endpoint endpoint() const { return server->listening()[0]; }

  std::unique_ptr<Server> server;
  int commands = 0;
  bool is_mute = false;
  Dictionary refusal;
};

struct World {
  /// A place of its own for a node.
  Endpoint place(Transport transport) {
    if (transport != Transport::unix_datagram) {
      return {.transport = transport, .address = os::Address::loopback()};
    }
    return {.transport = transport,
            .path = (directory.path() / ("ng" + std::to_string(++places))).string()};
  }
  void start(const std::vector<Endpoint>& nodes, ClientOptions options = {}) {
    options.nodes = nodes;
    options.ping_period = Milliseconds(50);
    options.first_retransmission = patience / 10;
    options.deadline = patience;
    client = std::make_unique<Client>(loop, options);
  }
  void turn(const std::function<bool()>& is_done, int turns = 400) {
    for (int i = 0; i < turns && !is_done(); ++i) loop.run_once(Milliseconds(5));
  }
  void wait_until_up(std::size_t count = 1) {
    turn([&] {
      std::size_t up = 0;
      for (const auto& node : client->nodes()) up += node.is_up ? 1 : 0;
      return up == count;
    });
  }
  core::Result<Dictionary> ask(std::string_view call, std::string_view command,
                               Placement placement = Placement::any) {
    std::optional<core::Result<Dictionary>> answer;
    int answers = 0;
    client->send(
        call, command, Dictionary{{"sdp", "v=0"}},
        [&](core::Result<Dictionary> reply) {
          answer = std::move(reply);
          ++answers;
        },
        placement);
    REQUIRE_FALSE(answer);
    turn([&] { return answer.has_value(); });
    REQUIRE(answer);
    CHECK(answers == 1);
    return *answer;
  }

  Milliseconds patience{200};
  test::TemporaryDirectory directory;
  int places = 0;
  os::Loop loop;
  std::unique_ptr<Client> client;
};

TEST_CASE("ng client: commands of a call go to its node until it is deleted", "[ng]") {
  const auto transport = GENERATE(Transport::udp, Transport::tcp, Transport::unix_datagram);
  World world;
  FakeNode one(world.loop, world.place(transport), "one");
  FakeNode two(world.loop, world.place(transport), "two");
  world.start({one.endpoint(), two.endpoint()});
  world.wait_until_up(2);

  CHECK(world.ask("a", "offer").value().text("node") == "one");
  CHECK(world.ask("b", "offer").value().text("node") == "two");
  CHECK(world.ask("a", "answer").value().text("node") == "one");
  CHECK(world.ask("b", "answer").value().text("call") == "b");
  CHECK(world.client->node_of("b") == two.endpoint());
  CHECK(world.client->nodes()[0].calls == 1);
  CHECK(world.ask("a", "delete"));
  CHECK(world.client->node_of("a") == std::nullopt);
  CHECK(world.client->nodes()[0].calls == 0);
  CHECK(world.client->nodes()[0].outstanding <= 1);  // a ping may be under way
}

TEST_CASE("ng client: without a node the callback comes later, with a fault", "[ng]") {
  World world;
  world.start({});
  CHECK_FALSE(world.client->is_available());
  const auto reply = world.ask("a", "offer");
  CHECK(reply.error() == core::Fault{ExitCode::unavailable, "no media node is available",
                                     "is recorderd running? see: trunkline status"});
}

TEST_CASE("ng client: a new call falls over to another node, a living one does not", "[ng]") {
  World world;
  FakeNode one(world.loop, world.place(Transport::udp), "one");
  FakeNode two(world.loop, world.place(Transport::udp), "two");
  world.start({one.endpoint(), two.endpoint()});
  world.wait_until_up(2);
  CHECK(world.ask("living", "offer").value().text("node") == "one");
  one.is_mute = true;
  CHECK(world.ask("x", "offer").value().text("node") == "two");
  CHECK(world.ask("new", "offer").value().text("node") == "two");
  CHECK(world.client->nodes()[1].calls == 2);

  const auto reply = world.ask("living", "answer");
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == ExitCode::unavailable);
  CHECK(reply.error().message == "media node " + one.endpoint().text() + " does not answer");
  CHECK(one.server->counters().retransmissions > 0);
}

TEST_CASE("ng client: load limit moves a new call, an error does not", "[ng]") {
  World world;
  FakeNode one(world.loop, world.place(Transport::udp), "one");
  FakeNode two(world.loop, world.place(Transport::udp), "two");
  world.start({one.endpoint(), two.endpoint()});
  world.wait_until_up(2);
  one.refusal = Dictionary{{"result", "load limit"}, {"message", "full"}};
  CHECK(world.ask("a", "offer").value().text("node") == "two");
  one.refusal = error_reply("Failed to parse SDP");
  CHECK(world.ask("b", "offer").error().message == "media node refused: Failed to parse SDP");
  CHECK(world.client->node_of("b") == std::nullopt);
  CHECK(two.commands == 1);
}

TEST_CASE("ng client: a lost datagram is sent again with the same cookie", "[ng]") {
  World world;
  // A socket that answers pings and only the third copy of everything else.
  auto socket = os::bind_udp(os::Address::loopback()).value();
  std::vector<std::string> cookies;
  std::vector<std::byte> buffer(65536);
  const auto watch = world.loop.watch(socket.get(), os::Interest::readable, [&](os::Ready) {
    const auto datagram = os::receive_from(socket.get(), buffer);
    if (!datagram) return;
    const auto message =
        parse_message(core::as_text(core::ByteView(buffer).first(datagram->size))).value();
    const bool is_ping = message.body.text("command") == "ping";
    if (!is_ping) cookies.push_back(message.cookie);
    if (!is_ping && cookies.size() < 3) return;
    const auto wire = to_wire(message.cookie, pong_reply());
    CHECK(os::send_to(socket.get(), core::as_bytes(wire), datagram->from));
  });
  world.start({{Transport::udp, os::local_address(socket.get())}});
  world.wait_until_up();
  CHECK(world.ask("a", "offer"));
  REQUIRE(cookies.size() == 3);
  CHECK(cookies[0] == cookies[1]);
  CHECK(cookies[1] == cookies[2]);
}

TEST_CASE("ng client: a node that dies goes down, and up when it is back", "[ng]") {
  const auto transport = GENERATE(Transport::udp, Transport::tcp, Transport::unix_datagram);
  World world;
  auto node = std::make_unique<FakeNode>(world.loop, world.place(transport), "one");
  const auto endpoint = node->endpoint();
  world.start({endpoint});
  std::vector<bool> changes;
  world.client->on_node_change([&](const NodeStatus& status) { changes.push_back(status.is_up); });
  world.wait_until_up();
  CHECK(world.client->is_available(Placement::trunkline));
  CHECK(world.ask("a", "offer"));

  node.reset();
  world.turn([&] { return !world.client->is_available(); });
  CHECK_FALSE(world.client->is_available());
  CHECK(world.ask("b", "offer").error().message == "no media node is available");

  node = std::make_unique<FakeNode>(world.loop, endpoint, "one");
  world.wait_until_up();
  CHECK(changes == std::vector<bool>{true, false, true});
  CHECK(world.ask("a", "answer"));
}

TEST_CASE("ng client: a call found in the journal is adopted", "[ng]") {
  World world;
  FakeNode one(world.loop, world.place(Transport::udp), "one");
  FakeNode two(world.loop, world.place(Transport::udp), "two");
  world.start({one.endpoint(), two.endpoint()});
  world.wait_until_up(2);
  CHECK(world.client->adopt("old", two.endpoint()));
  CHECK_FALSE(world.client->adopt("older", {Transport::tcp, two.endpoint().address}));
  CHECK(world.ask("old", "delete").value().text("node") == "two");
  CHECK(world.client->nodes()[1].calls == 0);
}

TEST_CASE("ng client: outstanding requests are bounded", "[ng]") {
  World world;
  FakeNode one(world.loop, world.place(Transport::udp), "one");
  world.start({one.endpoint()}, {.max_outstanding = 3});
  world.wait_until_up();
  one.is_mute = true;
  int refused = 0;
  int answered = 0;
  for (int i = 0; i < 10; ++i) {
    world.client->send(std::to_string(i), "offer", {}, [&](const core::Result<Dictionary>& reply) {
      ++answered;
      if (!reply && reply.error().message == "too many unanswered media requests") ++refused;
    });
  }
  world.turn([&] { return answered == 10; });
  CHECK(answered == 10);
  CHECK(refused >= 7);
}

TEST_CASE("ng client: a burst longer than a socket's queue is answered whole", "[ng]") {
  const auto transport = GENERATE(Transport::tcp, Transport::unix_datagram);
  constexpr int kBurst = 1000;
  World world;
  world.patience = core::Seconds(60);  // what gets lost is not sent again in time
  FakeNode one(world.loop, world.place(transport), "one");
  world.start({one.endpoint()});
  world.wait_until_up();
  int answered = 0;
  for (int i = 0; i < kBurst; ++i) {
    world.client->send(std::to_string(i), "offer", {{"sdp", std::string(1000, 'x')}},
                       [&](const core::Result<Dictionary>& reply) { answered += reply ? 1 : 0; });
  }
  world.turn([&] { return answered == kBurst; }, 20'000);
  CHECK(answered == kBurst);
  CHECK(one.server->counters().retransmissions == 0);
  CHECK(one.commands == kBurst);
}

TEST_CASE("ng client: it may end in a callback", "[ng]") {
  const auto transport = GENERATE(Transport::udp, Transport::tcp, Transport::unix_datagram);
  World world;
  FakeNode one(world.loop, world.place(transport), "one");
  world.start({one.endpoint()});
  world.wait_until_up();
  bool is_called = false;
  world.client->send("a", "offer", {}, [&](const core::Result<Dictionary>&) {
    is_called = true;
    world.client.reset();
  });
  world.turn([&] { return is_called; });
  CHECK(is_called);
  world.turn([] { return false; }, 10);
}

}  // namespace
}  // namespace trunkline::ng
