// SPDX-License-Identifier: MIT
// Clients that do what they should not: the server answers others and holds bounded memory.

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "control/raw_client.h"
#include "control/server.h"
#include "core/log.h"
#include "support/temporary_directory.h"

namespace trunkline::control {
namespace {

using std::chrono_literals::operator""ms;

struct Besieged {
  explicit Besieged(ServerLimits limits = {}) : server(loop, path, 0660, limits) {
    server.on("echo", [](const Request& request, Reply reply) { reply.ok(request.args); });
    server.on("flood", [](const Request&, Reply reply) {
      // Far more than any socket's buffer takes.
      for (int i = 0; i < 4096 && reply.is_open(); ++i)
        reply.item({{"padding", std::string(4096, 'x')}});
      reply.ok();
    });
    server.on("wait", [this](const Request&, Reply reply) { waiting.push_back(std::move(reply)); });
  }
  /// The proof that everything still works.
  bool serves() {
    RawClient client(loop, path);
    client.ask(1, "echo", R"({"a":1})");
    return client.line() == R"({"id":1,"ok":true,"result":{"a":1}})";
  }

  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "control";
  os::Loop loop;
  std::vector<Reply> waiting;
  Server server;
};

TEST_CASE("hostile: an endless line is cut off at a mebibyte", "[control][hostile]") {
  Besieged besieged;
  RawClient client(besieged.loop, besieged.path);
  const std::string chunk(64 * 1024, 'x');
  std::size_t sent = 0;
  while (client.send(chunk)) {
    sent += chunk.size();
    REQUIRE(besieged.server.held_bytes() <= kLongestLine + 128 * 1024);
    REQUIRE(sent < 64u << 20);
  }
  CHECK(client.line() ==
        R"({"id":null,"ok":false,"error":{"code":76,"message":"a line is longer than 1 MiB"}})");
  CHECK(client.is_closed());
  CHECK(besieged.server.held_bytes() == 0);
  CHECK(besieged.serves());
}

TEST_CASE("hostile: what is not JSON ends the connection, with a reason", "[control][hostile]") {
  const std::string deep = std::string(100'000, '{') + "\n";
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01\x02\n"),
        std::string("{\"v\":1,\"id\":1,\"verb\":\"echo\",\"args\":{\"a\":\"\xc3\x28\"}}\n"),
        std::string("\0\0\0\0\n", 5), deep, std::string("[]\n")}) {
    CAPTURE(bytes.substr(0, 30));
    Besieged besieged;
    RawClient client(besieged.loop, besieged.path);
    client.send(bytes);
    CHECK(client.line().starts_with(
        R"({"id":null,"ok":false,"error":{"code":76,"message":"cannot read control message: )"));
    CHECK(client.is_closed());
    CHECK(besieged.serves());
  }
}

TEST_CASE("hostile: a malformed request with an id keeps its connection", "[control][hostile]") {
  Besieged besieged;
  RawClient client(besieged.loop, besieged.path);
  client.send("{\"v\":9,\"id\":5,\"verb\":\"echo\"}\n\n\r\n{\"v\":1,\"id\":6,\"verb\":7}\n");
  CHECK(client.line().starts_with(R"({"id":5,"ok":false,"error":{"code":76)"));
  CHECK(client.line().starts_with(R"({"id":6,"ok":false,"error":{"code":76)"));
  client.ask(7, "echo");
  CHECK(client.line() == R"({"id":7,"ok":true,"result":{}})");
}

TEST_CASE("hostile: a half line is waited for only so long", "[control][hostile]") {
  Besieged besieged({.half_line_timeout = 20ms});
  RawClient idle(besieged.loop, besieged.path);
  RawClient client(besieged.loop, besieged.path);
  client.send(R"({"v":1,"id":1,)");
  CHECK(client.line() == R"({"id":null,"ok":false,"error":{"code":76,)"
                         R"("message":"a line was begun and not ended"}})");
  CHECK(client.is_closed());
  // One that has begun nothing may wait for ever.
  idle.ask(1, "echo");
  CHECK(idle.line() == R"({"id":1,"ok":true,"result":{}})");
}

TEST_CASE("hostile: a byte at a time is a request all the same", "[control][hostile]") {
  Besieged besieged;
  RawClient client(besieged.loop, besieged.path);
  for (const char byte : std::string("{\"v\":1,\"id\":1,\"verb\":\"echo\"}\n")) {
    client.send(std::string(1, byte));
    besieged.loop.run_once(0ms);
  }
  CHECK(client.line() == R"({"id":1,"ok":true,"result":{}})");
}

TEST_CASE("hostile: one that reads nothing is cut off at its share", "[control][hostile]") {
  Besieged besieged({.unread_bytes = 1024 * 1024});
  RawClient client(besieged.loop, besieged.path);
  client.ask(1, "flood");
  REQUIRE(turn_until(besieged.loop, [&] { return besieged.server.connection_count() == 0; }));
  CHECK(besieged.server.held_bytes() == 0);
  CHECK(besieged.serves());
}

TEST_CASE("hostile: a subscriber that reads nothing is cut off", "[control][hostile]") {
  Besieged besieged({.unread_bytes = 256 * 1024});
  RawClient slow(besieged.loop, besieged.path);
  slow.ask(1, "subscribe", R"({"events":["*"]})");
  CHECK(slow.line() == R"({"id":1,"ok":true,"result":{}})");
  std::size_t most = 0;
  for (int i = 0; i < 2000 && besieged.server.connection_count() > 0; ++i) {
    besieged.server.publish("a.b", {{"padding", std::string(1000, 'x')}});
    most = std::max(most, besieged.server.held_bytes());
    besieged.loop.run_once(0ms);
  }
  CHECK(besieged.server.connection_count() == 0);
  CHECK(most <= 300 * 1024);
}

TEST_CASE("hostile: one that asks without reading answers is not read", "[control][hostile]") {
  Besieged besieged;
  RawClient client(besieged.loop, besieged.path);
  const std::string request =
      R"({"v":1,"id":1,"verb":"echo","args":{"a":")" + std::string(2000, 'x') + "\"}}\n";
  std::size_t sent = 0;
  for (;;) {
    const os::Transfer transfer = os::send_some(client.get(), core::as_bytes(request));
    sent += transfer.size;
    if (transfer.would_block && besieged.server.held_bytes() > 0) {
      besieged.loop.run_once(1ms);
      const os::Transfer again = os::send_some(client.get(), core::as_bytes(request));
      sent += again.size;
      if (again.would_block) break;
    }
    besieged.loop.run_once(0ms);
    REQUIRE(sent < 64u << 20);
  }
  CHECK(besieged.server.held_bytes() < 512 * 1024);
  CHECK(besieged.serves());
}

TEST_CASE("hostile: one that reads nothing for long is cut off even if it holds little",
          "[control][hostile]") {
  Besieged besieged({.unread_timeout = 20ms});
  RawClient client(besieged.loop, besieged.path);
  const int small = 4096;
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  for (int i = 0; i < 64; ++i) client.ask(i, "echo", R"({"a":")" + std::string(8000, 'x') + "\"}");
  REQUIRE(turn_until(besieged.loop, [&] { return besieged.server.connection_count() == 0; }));
  CHECK(besieged.serves());
}

TEST_CASE("hostile: unanswered requests of one client have a limit", "[control][hostile]") {
  Besieged besieged({.unanswered_requests = 4});
  RawClient client(besieged.loop, besieged.path);
  for (int i = 0; i < 10; ++i) client.ask(i, "wait");
  for (int turn = 0; turn < 10; ++turn) besieged.loop.run_once(1ms);
  CHECK(besieged.waiting.size() == 4);
  // Answered ones make room for the rest.
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(turn_until(besieged.loop, [&] { return besieged.waiting.size() > i; }));
    besieged.waiting[i].ok();
    CHECK(client.line() == "{\"id\":" + std::to_string(i) + ",\"ok\":true,\"result\":{}}");
  }
}

TEST_CASE("hostile: a thousand connections are bounded and the rest are told",
          "[control][hostile]") {
  Besieged besieged({.connections = 600, .connections_per_user = 500});
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t refused = 0;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(std::make_unique<RawClient>(besieged.loop, besieged.path));
    besieged.loop.run_once(0ms);
    // Half a line each, as large as may be.
    if (!clients.back()->send(std::string(10'000, '{'))) ++refused;
  }
  for (int turn = 0; turn < 50; ++turn) besieged.loop.run_once(0ms);
  CHECK(besieged.server.connection_count() == 500);
  CHECK(besieged.server.held_bytes() <= 500 * 10'000);
  CHECK(clients.back()->line() ==
        R"({"id":null,"ok":false,"error":{"code":75,"message":"too many connections",)"
        R"("hint":"try again"}})");
  clients.clear();
  REQUIRE(turn_until(besieged.loop, [&] { return besieged.server.connection_count() == 0; }));
  CHECK(besieged.server.held_bytes() == 0);
  CHECK(besieged.serves());
}

TEST_CASE("hostile: all connections together hold no more than allowed", "[control][hostile]") {
  Besieged besieged({.held_bytes = 2 * 1024 * 1024});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(besieged.loop, besieged.path));
    (void)clients.back()->send(std::string(500'000, 'x'));
    for (int turn = 0; turn < 20; ++turn) besieged.loop.run_once(0ms);
    REQUIRE(besieged.server.held_bytes() <= 2 * 1024 * 1024);
  }
  CHECK(besieged.server.connection_count() <= 5);
  CHECK(besieged.serves());
}

TEST_CASE("hostile: a disconnect in the middle of a stream ends it", "[control][hostile]") {
  Besieged besieged;
  auto alive = std::make_shared<int>(0);
  besieged.server.on("endless", [&](const Request&, Reply reply) {
    reply.stream([held = alive]() -> std::optional<core::Json> {
      return core::Json{{"n", ++*held}};
    });
  });
  RawClient client(besieged.loop, besieged.path);
  client.ask(1, "endless");
  CHECK(client.line() == R"({"id":1,"item":{"n":1}})");
  client.close();
  REQUIRE(turn_until(besieged.loop, [&] { return besieged.server.connection_count() == 0; }));
  // Nobody pulls any more, and what the stream held is free.
  CHECK(alive.use_count() == 1);
  const int made = *alive;
  for (int turn = 0; turn < 5; ++turn) besieged.loop.run_once(1ms);
  CHECK(*alive == made);
}

TEST_CASE("hostile: a hang-up while nothing is watched is found", "[control][hostile]") {
  Besieged besieged({.unanswered_requests = 1, .half_line_timeout = 20ms});
  {
    RawClient client(besieged.loop, besieged.path);
    client.ask(1, "wait");
    REQUIRE(turn_until(besieged.loop, [&] { return besieged.waiting.size() == 1; }));
  }
  REQUIRE(turn_until(besieged.loop, [&] { return besieged.server.connection_count() == 0; }));
  CHECK_FALSE(besieged.waiting[0].is_open());
}

TEST_CASE("hostile: descriptors that a client sends are closed", "[control][hostile]") {
  Besieged besieged;
  RawClient client(besieged.loop, besieged.path);
  os::Pipe pipe = os::make_pipe();
  const std::string line = "{\"v\":1,\"id\":1,\"verb\":\"echo\"}\n";
  REQUIRE(os::send_some(client.get(), core::as_bytes(line), pipe.write_end.get()).size ==
          line.size());
  CHECK(client.line() == R"({"id":1,"ok":true,"result":{}})");
  pipe.write_end.reset();
  // No writer is left, here or in the server.
  char byte = 0;
  CHECK(::read(pipe.read_end.get(), &byte, 1) == 0);
}

}  // namespace
}  // namespace trunkline::control
