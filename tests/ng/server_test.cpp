// SPDX-License-Identifier: MIT
#include "ng/server.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "core/bytes.h"
#include "os/loop.h"
#include "os/socket.h"
#include "os/unix_socket.h"
#include "support/temporary_directory.h"

namespace trunkline::ng {
namespace {

using core::Milliseconds;

/// A server on a loop of its own thread's turns, and plain sockets to talk to it.
struct InetServer {
  explicit InetServer(std::vector<std::string> allowed = {"127.0.0.0/8"}) {
    ServerOptions options;
    options.listen = {{Transport::udp, os::Address::loopback()},
                      {Transport::tcp, os::Address::loopback()}};
    for (const auto& network : allowed)
      options.allow.push_back(os::Network::parse(network).value());
    server = std::make_unique<Server>(loop, options);
    udp = os::bind_udp(os::Address::loopback()).value();
  }

  void turn(const std::function<bool()>& is_done) {
    for (int i = 0; i < 200 && !is_done(); ++i) loop.run_once(Milliseconds(10));
  }
  void send(std::string_view datagram) const {
    REQUIRE(os::send_to(udp.get(), core::as_bytes(datagram), server->listening()[0].address));
  }
  /// The next datagram from the server, "" when none comes.
  std::string receive(int turns = 200) {
    std::vector<std::byte> buffer(65536);
    for (int i = 0; i < turns; ++i) {
      loop.run_once(Milliseconds(5));
      if (const auto datagram = os::receive_from(udp.get(), buffer)) {
        return std::string(core::as_text(core::ByteView(buffer).first(datagram->size)));
      }
    }
    return {};
  }

  os::Loop loop;
  std::unique_ptr<Server> server;
  os::Fd udp;
};

TEST_CASE("ng server: JSON is answered in JSON, also where it is malformed", "[ng]") {
  InetServer inet;
  inet.server->on("ping", [](const Request&, const Respond& respond) { respond(pong_reply()); });
  inet.send(R"(c1 {"command": "ping"})");
  CHECK(inet.receive() == R"(c1 {"result":"pong","trunkline-version":1})");
  inet.send(R"(c2 {"command": )");
  CHECK(inet.receive() ==
        R"(c2 {"error-reason":"cannot read NG message in JSON: it is no JSON","result":"error"})");
}

TEST_CASE("ng server: a command is answered with its cookie", "[ng]") {
  InetServer inet;
  inet.server->on("ping", [](const Request& request, const Respond& respond) {
    CHECK(request.command == "ping");
    respond(pong_reply());
  });
  inet.send("cookie-1 d7:command4:pinge");
  CHECK(inet.receive() == "cookie-1 d6:result4:pong17:trunkline-versioni1ee");
}

TEST_CASE("ng server: a retransmission is answered again, not done again", "[ng]") {
  InetServer inet;
  int done = 0;
  inet.server->on("offer", [&](const Request&, const Respond& respond) {
    respond(Dictionary{{"result", "ok"}, {"count", ++done}});
  });
  for (int i = 0; i < 3; ++i) {
    inet.send("c d7:command5:offere");
    CHECK(inet.receive() == "c d5:counti1e6:result2:oke");
  }
  CHECK(done == 1);
  CHECK(inet.server->counters().requests == 1);
  CHECK(inet.server->counters().retransmissions == 2);
}

TEST_CASE("ng server: an answer may come later, and only once", "[ng]") {
  InetServer inet;
  Respond later;
  inet.server->on("delete", [&](const Request&, Respond respond) { later = std::move(respond); });
  inet.send("c d7:command6:deletee");
  inet.turn([&] { return static_cast<bool>(later); });
  REQUIRE(later);
  inet.send("c d7:command6:deletee");
  CHECK(inet.receive(20).empty());
  later(ok_reply());
  later(error_reply("twice"));
  CHECK(inet.receive() == "c d6:result2:oke");
  CHECK(inet.receive(20).empty());
  inet.server.reset();
  later(ok_reply());
}

TEST_CASE("ng server: unknown, malformed and silent", "[ng]") {
  InetServer inet;
  inet.send("a d7:command6:dancinge");
  inet.send("a d7:command7:dancinge");
  CHECK(inet.receive() ==
        "a d12:error-reason57:cannot read bencode at byte 18: no value begins like this"
        "6:result5:errore");
  CHECK(inet.receive() == "a d12:error-reason20:Unrecognized command6:result5:errore");
  inet.send("no-cookie-here");
  inet.send("d7:command4:pinge");
  inet.send("");
  CHECK(inet.receive(20).empty());
  CHECK(inet.server->counters().malformed == 1);
  CHECK(inet.server->counters().unknown_commands == 1);
  CHECK(inet.server->counters().without_cookie == 3);
}

TEST_CASE("ng server: who is not on the allow list gets silence", "[ng]") {
  InetServer inet({"192.0.2.0/24"});
  inet.send("a d7:command4:pinge");
  CHECK(inet.receive(20).empty());
  CHECK(inet.server->counters().refused == 1);

  auto socket = os::connect_tcp(inet.server->listening()[1].address, Milliseconds(1000)).value();
  inet.turn([&] { return inet.server->counters().refused == 2; });
  CHECK(inet.server->counters().refused == 2);
}

TEST_CASE("ng server: a reply over 60,000 bytes needs TCP", "[ng]") {
  InetServer inet;
  const std::string large(70'000, 'x');
  inet.server->on("list", [&](const Request&, const Respond& respond) {
    respond(Dictionary{{"result", "ok"}, {"large", large}});
  });
  inet.send("a d7:command4:liste");
  CHECK(inet.receive() == "a d12:error-reason18:too large, use TCP6:result5:errore");
  CHECK(inet.server->counters().too_large == 1);

  auto socket = os::connect_tcp(inet.server->listening()[1].address, Milliseconds(1000)).value();
  const std::string_view request = "a d7:command4:liste";
  // In two pieces: a stream has no borders.
  REQUIRE(::send(socket.get(), request.data(), 8, 0) == 8);
  inet.loop.run_once(Milliseconds(5));
  REQUIRE(::send(socket.get(), request.data() + 8, request.size() - 8, 0) > 0);
  std::string received;
  std::array<char, 8192> buffer;
  inet.turn([&] {
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) received.append(buffer.data(), static_cast<std::size_t>(size));
    return received.size() > large.size() + 20 && received.ends_with("oke");
  });
  CHECK(received == to_wire("a", Dictionary{{"result", "ok"}, {"large", large}}));
}

/// A server on a Unix socket, for whom no address is allowed.
struct UnixWorld {
  UnixWorld() {
    server = std::make_unique<Server>(loop, ServerOptions{.listen = {Endpoint::parse(at).value()}});
    server->on("ping", [](const Request&, const Respond& respond) { respond(pong_reply()); });
  }
  /// The answers that came to `socket` after `count` of them, or after what is a long time.
  std::vector<std::string> answers(int socket, std::size_t count) {
    std::vector<std::string> received;
    std::vector<std::byte> buffer(65536);
    for (int i = 0; i < 2000 && received.size() < count; ++i) {
      loop.run_once(Milliseconds(5));
      while (const auto datagram = os::receive_unix_datagram(socket, buffer)) {
        received.emplace_back(core::as_text(core::ByteView(buffer).first(datagram->size)));
      }
    }
    return received;
  }

  test::TemporaryDirectory directory;
  std::string path = directory.path() / "ng";
  std::string at = "unix:" + path;
  os::Loop loop;
  std::unique_ptr<Server> server;
};

TEST_CASE("ng server: a Unix socket is guarded by its mode, not by the allow list", "[ng]") {
  UnixWorld world;
  struct stat status {};
  REQUIRE(::lstat(world.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);
  CHECK(world.server->listening().at(0).text() == world.at);

  const auto client = os::connect_unix_datagram(world.path).value();
  for (int i = 0; i < 2; ++i) {
    (void)os::send_unix_datagram(client.get(), core::as_bytes("c d7:command4:pinge"));
  }
  CHECK(world.answers(client.get(), 2) ==
        std::vector<std::string>(2, "c d6:result4:pong17:trunkline-versioni1ee"));
  CHECK(world.server->counters().retransmissions == 1);
  CHECK(world.server->counters().refused == 0);

  world.server.reset();
  CHECK_FALSE(std::filesystem::exists(world.path));
}

TEST_CASE("ng server: two clients of a Unix socket may have the same cookie", "[ng]") {
  UnixWorld world;
  const std::array clients = {os::connect_unix_datagram(world.path).value(),
                              os::connect_unix_datagram(world.path).value()};
  for (const auto& client : clients) {
    (void)os::send_unix_datagram(client.get(), core::as_bytes("c d7:command4:pinge"));
  }
  for (const auto& client : clients) CHECK(world.answers(client.get(), 1).size() == 1);
  CHECK(world.server->counters().retransmissions == 0);
}

TEST_CASE("ng server: a client of a Unix socket that reads late gets every answer", "[ng]") {
  constexpr std::size_t kRequests = 400;
  UnixWorld world;
  const auto client = os::connect_unix_datagram(world.path).value();
  for (std::size_t i = 0; i < kRequests;) {
    const auto wire = std::to_string(i) + " d7:command4:pinge";
    const auto fate = os::send_unix_datagram(client.get(), core::as_bytes(wire));
    if (fate == os::DatagramFate::taken) ++i;
    world.loop.run_once(Milliseconds(0));
  }
  CHECK(world.answers(client.get(), kRequests).size() == kRequests);
}

TEST_CASE("ng server: who sends without a name, or too much, is not answered", "[ng]") {
  UnixWorld world;
  const os::Fd nameless(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  CHECK(os::send_unix_datagram(nameless.get(), core::as_bytes("c d7:command4:pinge"), world.path) ==
        os::DatagramFate::taken);
  const auto client = os::connect_unix_datagram(world.path).value();
  const std::string large = "c d7:command4:ping" + std::string(66'000, 'x');
  CHECK(os::send_unix_datagram(client.get(), core::as_bytes(large)) == os::DatagramFate::taken);
  (void)os::send_unix_datagram(client.get(), core::as_bytes("c d7:command4:pinge"));
  CHECK(world.answers(client.get(), 1).size() == 1);
  CHECK(world.server->counters().malformed == 1);
}

TEST_CASE("ng server: a stream that is no NG is closed and counted", "[ng]") {
  InetServer inet;
  auto socket = os::connect_tcp(inet.server->listening()[1].address, Milliseconds(1000)).value();
  const std::string_view http = "GET / HTTP/1.1\r\n\r\n";
  REQUIRE(::send(socket.get(), http.data(), http.size(), 0) > 0);
  ssize_t size = -1;
  inet.turn([&] {
    char byte = 0;
    size = ::recv(socket.get(), &byte, 1, MSG_DONTWAIT);
    return size == 0;
  });
  CHECK(size == 0);
  CHECK(inet.server->counters().malformed == 1);
}

}  // namespace
}  // namespace trunkline::ng
