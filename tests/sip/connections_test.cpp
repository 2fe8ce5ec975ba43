// SPDX-License-Identifier: MIT
#include "sip/connections.h"

#include <catch2/catch.hpp>

#include "os/socket.h"
#include "sip/loopback.h"
#include "support/free_ports.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

/// A connection that sends what it is told and keeps what it gets.
class Stream {
 public:
  Stream(World& world, std::uint16_t port)
      : fd_(core::value_or_throw(os::connect_tcp(os::Address::loopback(core::Port(port)), 5s))) {
    watch_ = world.root.watch(fd_.get(), os::Interest::readable, [this](os::Ready) {
      std::string buffer(65536, '\0');
      const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size > 0) received += buffer.substr(0, static_cast<std::size_t>(size));
      if (size > 0 || (size < 0 && errno == EAGAIN)) return;
      is_closed = true;
      watch_.reset();
    });
  }
  void send(const std::string& text) const {
    (void)!::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  void options(const std::string& call_id) const {
    std::string text = text_of({.call_id = call_id, .port = port()});
    text.replace(text.find("SIP/2.0/UDP"), 11, "SIP/2.0/TCP");
    send(text);
  }
  std::uint16_t port() const { return os::local_address(fd_.get()).port().value(); }
  void close() {
    watch_.reset();
    fd_ = os::Fd();
  }

  std::string received;
  bool is_closed = false;

 private:
  os::Fd fd_;
  os::RegistrationPtr watch_;
};

void answer_all(sip::Agent& agent) {
  agent.on_request([](sip::IncomingRequest incoming) {
    std::move(incoming).reply(
        {.status = 299, .content = {.headers = {{"X-Flow", incoming.request().flow.peer.text()}}}});
  });
}

}  // namespace

TEST_CASE("connections: the end of one is told once, with its flow", "[connections]") {
  World world;
  const auto agent = world.agent();
  answer_all(*agent);
  std::vector<sip::Flow> closed;
  agent->on_connections({.closed = [&](const sip::Flow& flow) { closed.push_back(flow); }});
  Stream one(world, port_of(*agent, sip::Protocol::tcp));
  Stream other(world, port_of(*agent, sip::Protocol::tcp));
  one.options("one");
  one.options("one-again");
  other.options("other");
  REQUIRE(world.until([&] {
    return one.received.find("one-again") != std::string::npos && !other.received.empty();
  }));
  const auto port = one.port();
  one.close();
  REQUIRE(world.until([&] { return !closed.empty(); }));
  world.run_for(50ms);
  REQUIRE(closed.size() == 1);
  CHECK(closed.front().peer == sip::Endpoint{"127.0.0.1", port});
  CHECK(closed.front().protocol == sip::Protocol::tcp);
  CHECK_FALSE(other.is_closed);
}

TEST_CASE("connections: one that never sends a whole message is closed", "[connections]") {
  World world;
  const auto agent = world.agent({.connections = {.first_message = 1ms, .idle = 60s}});
  answer_all(*agent);
  Stream silent(world, port_of(*agent, sip::Protocol::tcp));
  Stream half(world, port_of(*agent, sip::Protocol::tcp));
  Stream whole(world, port_of(*agent, sip::Protocol::tcp));
  half.send("OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKx\r\n");
  whole.options("whole");
  REQUIRE(world.until([&] { return !whole.received.empty(); }));
  CHECK(world.until([&] { return silent.is_closed && half.is_closed; }, 20s));
  CHECK_FALSE(whole.is_closed);
  CHECK(agent->counts().closed_connections == 2);
}

TEST_CASE("connections: an idle one is closed, unless it is needed", "[connections]") {
  World world;
  const auto agent = world.agent({.connections = {.idle = 1ms}});
  answer_all(*agent);
  Stream idle(world, port_of(*agent, sip::Protocol::tcp));
  Stream needed(world, port_of(*agent, sip::Protocol::tcp));
  const auto needed_port = needed.port();
  agent->on_connections(
      {.is_needed = [&](const sip::Flow& flow) { return flow.peer.port == needed_port; }});
  idle.options("idle");
  needed.options("needed");
  CHECK(world.until([&] { return idle.is_closed; }, 20s));
  CHECK_FALSE(needed.is_closed);
}

TEST_CASE("connections: a source has so many, and the newest go", "[connections]") {
  World world;
  const auto agent = world.agent({.connections = {.max_per_source = 2}});
  answer_all(*agent);
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 2; ++i) {
    streams.push_back(std::make_unique<Stream>(world, port_of(*agent, sip::Protocol::tcp)));
    streams.back()->options(fmt::format("call-{}", i));
  }
  REQUIRE(world.until([&] { return agent->counts().connections == 2; }));
  for (int i = 2; i < 5; ++i) {
    streams.push_back(std::make_unique<Stream>(world, port_of(*agent, sip::Protocol::tcp)));
    streams.back()->options(fmt::format("call-{}", i));
  }
  const auto count_closed = [&] {
    return std::count_if(streams.begin(), streams.end(),
                         [](const auto& stream) { return stream->is_closed; });
  };
  CHECK(world.until([&] { return count_closed() == 3; }, 20s));
  CHECK_FALSE(streams[0]->is_closed);
  CHECK_FALSE(streams[1]->is_closed);
}

TEST_CASE("connections: requests to who came over one go back over it", "[connections]") {
  World world;
  const auto agent = world.agent();
  sip::Flow flow;
  agent->on_request([&](sip::IncomingRequest incoming) {
    flow = incoming.request().flow;
    std::move(incoming).reply({.status = 200});
  });
  Stream phone(world, port_of(*agent, sip::Protocol::tcp));
  phone.options("first");
  REQUIRE(world.until([&] { return !flow.empty(); }));
  const auto uri = sip::Uri::parse("sip:bob@192.0.2.99:5060");
  const auto asked =
      agent->send(sip::Method::options,
                  {.target = *uri, .flow = flow, .from = {.uri = *uri}, .to = {.uri = *uri}}, {},
                  [](const sip::Response&) {});
  REQUIRE(world.until([&] {
    return phone.received.find("OPTIONS sip:bob@192.0.2.99:5060 SIP/2.0") != std::string::npos;
  }));
  CHECK(phone.received.find("Via: SIP/2.0/TCP 127.0.0.1") != std::string::npos);
}

TEST_CASE("connections: what is too large for UDP goes over TCP, if that is taken",
          "[connections]") {
  struct Row {
    std::string what;
    std::string target;
    std::size_t size;
    bool peer_has_tcp;
    sip::Protocol expected;
  };
  using enum sip::Protocol;
  const std::vector<Row> rows = {
      {"small", "sip:bob@127.0.0.1:{}", 100, true, udp},
      {"large", "sip:bob@127.0.0.1:{}", 2000, true, tcp},
      {"large, but it asks for UDP", "sip:bob@127.0.0.1:{};transport=udp", 2000, true, udp},
      {"large, behind a NAT", "sip:bob@10.0.0.7:{}", 2000, true, udp},
      {"large, and no TCP there", "sip:bob@127.0.0.1:{}", 2000, false, udp},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    World world;
    const auto own = os::Address::loopback(test::free_ports());
    sip::Agent ours(world.root,
                    {.listen = {"udp:" + own.text(), "tcp:" + own.text()}, .udp_limit = 1300});
    const auto free = os::Address::loopback(test::free_ports());
    std::vector<std::string> listen = {"udp:" + free.text()};
    if (row.peer_has_tcp) listen.push_back("tcp:" + free.text());
    sip::Agent theirs(world.root, {.listen = listen});
    sip::Request seen;
    theirs.on_request([&](sip::IncomingRequest incoming) {
      seen = incoming.request();
      std::move(incoming).reply({.status = 299});
    });
    const auto uri = sip::Uri::parse(fmt::format(fmt::runtime(row.target), free.port().value()));
    int status = 0;
    const auto asked = ours.send(
        sip::Method::options,
        {.target = *uri,
         .flow = {.protocol = udp, .peer = {"127.0.0.1", free.port().value()}, .local = {}},
         .from = {.uri = *uri},
         .to = {.uri = *uri}},
        {.content_type = "text/plain", .body = std::string(row.size, 'x')},
        [&](const sip::Response& response) { status = response.status; });
    REQUIRE(world.until([&] { return status != 0; }, 20s));
    CHECK(status == 299);
    CHECK(seen.body.size() == row.size);
    CHECK(seen.flow.protocol == row.expected);
  }
}

TEST_CASE("connections: keep-alives of RFC 5626 3.5.1 are answered, on TCP alone",
          "[connections]") {
  World world;
  const auto agent = world.agent();
  answer_all(*agent);
  Stream stream(world, port_of(*agent, sip::Protocol::tcp));
  stream.send("\r\n\r\n");
  REQUIRE(world.until([&] { return stream.received == "\r\n"; }));
  // A pong of theirs needs no answer.
  stream.send("\r\n");
  stream.options("after");
  REQUIRE(world.until([&] { return stream.received.find("after") != std::string::npos; }));
  CHECK(stream.received.starts_with("\r\nSIP/2.0 299"));

  Peer peer(world);
  for (const char* const keep_alive : {"", "\r\n", "\r\n\r\n"}) {
    peer.send(udp_port(*agent), keep_alive);
  }
  peer.send(udp_port(*agent), text_of({.call_id = "after", .port = peer.port()}));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 299") == 1; }));
  CHECK(peer.count("") == 1);
}
