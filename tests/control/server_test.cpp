// SPDX-License-Identifier: MIT
#include "control/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "control/raw_client.h"
#include "support/temporary_directory.h"

namespace trunkline::control {
namespace {

using std::chrono_literals::operator""ms;

struct Exchange {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "control";
  os::Loop loop;
  std::unique_ptr<Server> server = std::make_unique<Server>(loop, path, 0660);
};

TEST_CASE("server: answers with items and a result", "[control]") {
  Exchange exchange;
  exchange.server->on("call.list", [](const Request& request, Reply reply) {
    CHECK(request.verb == "call.list");
    CHECK(request.args == core::Json{{"limit", 2}});
    CHECK(request.peer.uid == ::geteuid());
    CHECK(request.peer.pid == ::getpid());
    reply.item({{"call", 1}});
    reply.item({{"call", 2}});
    reply.ok({{"count", 2}});
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(7, "call.list", R"({"limit":2})");
  CHECK(client.line() == R"({"id":7,"item":{"call":1}})");
  CHECK(client.line() == R"({"id":7,"item":{"call":2}})");
  CHECK(client.line() == R"({"id":7,"ok":true,"result":{"count":2}})");
}

TEST_CASE("server: failures carry code, message and hint", "[control]") {
  Exchange exchange;
  exchange.server->on("call.show", [](const Request&, Reply reply) {
    reply.fail({core::ExitCode::no_input, "there is no call 'x'", "see sipctl call list"});
  });
  exchange.server->on("throw.error", [](const Request&, Reply) {
    throw core::Error(core::ExitCode::io, "disk gone", "look");
  });
  exchange.server->on("throw.other",
                      [](const Request&, Reply) { throw std::runtime_error("our bug"); });
  exchange.server->on("drop", [](const Request&, Reply) {});
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "call.show");
  CHECK(client.line() ==
        R"({"id":1,"ok":false,"error":{"code":66,"message":"there is no call 'x'",)"
        R"("hint":"see sipctl call list"}})");
  client.ask(2, "throw.error");
  CHECK(client.line() ==
        R"({"id":2,"ok":false,"error":{"code":74,"message":"disk gone","hint":"look"}})");
  client.ask(3, "throw.other");
  CHECK(client.line() == R"({"id":3,"ok":false,"error":{"code":70,"message":"our bug"}})");
  client.ask(4, "drop");
  CHECK(client.line() == R"({"id":4,"ok":false,"error":{"code":70,)"
                         R"("message":"the request was dropped without an answer"}})");
}

TEST_CASE("server: an unknown verb is told the nearest one", "[control]") {
  Exchange exchange;
  exchange.server->on("call.list", [](const Request&, Reply reply) { reply.ok(); });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "cal.list");
  CHECK(client.line() ==
        R"({"id":1,"ok":false,"error":{"code":64,"message":"there is no verb 'cal.list'",)"
        R"("hint":"did you mean call.list?"}})");
  client.ask(2, "verbs");
  CHECK(client.line() ==
        R"({"id":2,"ok":true,"result":{"version":1,"verbs":["subscribe","call.list","verbs"]}})");
}

TEST_CASE("server: several requests may be under way, answers come when they come", "[control]") {
  Exchange exchange;
  std::vector<Reply> waiting;
  exchange.server->on("wait",
                      [&](const Request&, Reply reply) { waiting.push_back(std::move(reply)); });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "wait");
  client.ask(2, "wait");
  REQUIRE(turn_until(exchange.loop, [&] { return waiting.size() == 2; }));
  CHECK(waiting[0].is_open());
  waiting[1].ok();
  waiting[0].ok();
  CHECK_FALSE(waiting[0].is_open());
  // A second answer is not sent.
  waiting[0].fail({});
  CHECK(client.line() == R"({"id":2,"ok":true,"result":{}})");
  CHECK(client.line() == R"({"id":1,"ok":true,"result":{}})");
  client.ask(3, "verbs");
  CHECK(client.line().starts_with(R"({"id":3,"ok":true)"));
}

TEST_CASE("server: an answer for a client that has gone does nothing", "[control]") {
  Exchange exchange;
  std::optional<Reply> waiting;
  exchange.server->on("wait", [&](const Request&, Reply reply) { waiting = std::move(reply); });
  {
    RawClient client(exchange.loop, exchange.path);
    client.ask(1, "wait");
    REQUIRE(turn_until(exchange.loop, [&] { return waiting.has_value(); }));
  }
  REQUIRE(turn_until(exchange.loop, [&] { return exchange.server->connection_count() == 0; }));
  CHECK_FALSE(waiting->is_open());
  waiting->item({});
  waiting->ok();
  waiting.reset();
  exchange.loop.run_once(0ms);
}

TEST_CASE("server: replies may outlive it", "[control]") {
  Exchange exchange;
  std::optional<Reply> waiting;
  exchange.server->on("wait", [&](const Request&, Reply reply) { waiting = std::move(reply); });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "wait");
  REQUIRE(turn_until(exchange.loop, [&] { return waiting.has_value(); }));
  exchange.server.reset();
  CHECK_FALSE(std::filesystem::exists(exchange.path));
  CHECK_FALSE(waiting->is_open());
  waiting->ok();
  exchange.loop.run_once(0ms);
  CHECK(client.is_closed());
}

TEST_CASE("server: a verb may end it", "[control]") {
  Exchange exchange;
  exchange.server->on("end", [&](const Request&, Reply reply) {
    reply.item({});
    exchange.server.reset();
    reply.ok();
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "end");
  client.ask(2, "end");
  CHECK(client.is_closed());
}

TEST_CASE("server: events reach those who subscribed", "[control]") {
  Exchange exchange;
  RawClient some(exchange.loop, exchange.path);
  RawClient all(exchange.loop, exchange.path);
  RawClient none(exchange.loop, exchange.path);
  some.ask(1, "subscribe", R"({"events":["media.timeout"]})");
  all.ask(1, "subscribe", R"({"events":["*"]})");
  CHECK(some.line() == R"({"id":1,"ok":true,"result":{}})");
  CHECK(all.line() == R"({"id":1,"ok":true,"result":{}})");
  exchange.server->publish("media.ended", {{"n", 1}});
  exchange.server->publish("media.timeout", {{"n", 2}});
  const auto event = core::parse_json(some.line());
  REQUIRE(event);
  CHECK(core::text_at(*event, "event") == "media.timeout");
  CHECK((*event)["data"] == core::Json{{"n", 2}});
  CHECK(core::parse_rfc3339(core::text_at(*event, "at")));
  CHECK(all.line().starts_with(R"({"event":"media.ended")"));
  CHECK(all.line().starts_with(R"({"event":"media.timeout")"));
  none.ask(9, "verbs");
  CHECK(none.line().starts_with(R"({"id":9,)"));
}

TEST_CASE("server: a subscription without proper events is refused", "[control]") {
  Exchange exchange;
  RawClient client(exchange.loop, exchange.path);
  for (const std::string args : {"{}", R"({"events":"a"})", R"({"events":[]})", R"({"events":[7]})",
                                 R"({"events":["A B"]})"}) {
    client.ask(1, "subscribe", args);
    CHECK(client.line().starts_with(R"({"id":1,"ok":false,"error":{"code":64,)"));
  }
}

TEST_CASE("server: a descriptor comes with its answer", "[control]") {
  Exchange exchange;
  os::Pipe pipe = os::make_pipe();
  exchange.server->on("recording.open", [&](const Request&, Reply reply) {
    reply.item({{"before", true}});
    reply.ok_with_descriptor({{"size", 5}}, std::move(pipe.read_end));
    REQUIRE(::write(pipe.write_end.get(), "audio", 5) == 5);
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "recording.open");
  CHECK(client.line() == R"({"id":1,"item":{"before":true}})");
  CHECK(client.line() == R"({"id":1,"ok":true,"descriptor":true,"result":{"size":5}})");
  REQUIRE(client.descriptors().size() == 1);
  char text[8] = {};
  CHECK(::read(client.descriptors().front().get(), text, sizeof text) == 5);
  // Ours is closed: the reader sees the end when the writer is done.
  pipe.write_end.reset();
  CHECK(::read(client.descriptors().front().get(), text, sizeof text) == 0);
}

TEST_CASE("server: a stream is pulled no faster than it is read", "[control]") {
  Exchange exchange;
  constexpr int kItems = 50'000;
  int made = 0;
  exchange.server->on("call.list", [&](const Request&, Reply reply) {
    reply.stream(
        [&]() -> std::optional<core::Json> {
          if (made == kItems) return std::nullopt;
          return core::Json{{"n", made++}, {"padding", std::string(200, 'x')}};
        },
        {{"count", kItems}});
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "call.list");
  for (int turn = 0; turn < 50; ++turn) exchange.loop.run_once(1ms);
  CHECK(made > 0);
  CHECK(made < kItems / 2);
  CHECK(exchange.server->held_bytes() < 256 * 1024);
  for (int i = 0; i < kItems; ++i)
    REQUIRE(client.line().starts_with("{\"id\":1,\"item\":{\"n\":" + std::to_string(i) + ","));
  CHECK(client.line() == R"({"id":1,"ok":true,"result":{"count":50000}})");
}

TEST_CASE("server: a stream that fails half way says so", "[control]") {
  Exchange exchange;
  int made = 0;
  exchange.server->on("call.list", [&](const Request&, Reply reply) {
    reply.stream([&]() -> std::optional<core::Json> {
      if (++made == 2) throw core::Error(core::ExitCode::io, "disk gone");
      return core::Json{{"n", made}};
    });
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "call.list");
  CHECK(client.line() == R"({"id":1,"item":{"n":1}})");
  CHECK(client.line() == R"({"id":1,"ok":false,"error":{"code":74,"message":"disk gone"}})");
}

TEST_CASE("server: an answer that fits no line becomes a failure", "[control]") {
  Exchange exchange;
  exchange.server->on("large", [](const Request&, Reply reply) {
    reply.item({{"text", std::string(kLongestLine, 'x')}});
    reply.ok();
  });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "large");
  CHECK(client.line() == R"({"id":1,"ok":false,"error":{"code":70,)"
                         R"-("message":"the answer is longer than a line may be (1 MiB)"}})-");
  client.ask(2, "verbs");
  CHECK(client.line().starts_with(R"({"id":2,"ok":true)"));
}

TEST_CASE("server: a client that only closed its sending half gets its answers", "[control]") {
  Exchange exchange;
  std::optional<Reply> waiting;
  exchange.server->on("wait", [&](const Request&, Reply reply) { waiting = std::move(reply); });
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "wait");
  client.ask(2, "verbs");
  REQUIRE(::shutdown(client.get(), SHUT_WR) == 0);
  REQUIRE(turn_until(exchange.loop, [&] { return waiting.has_value(); }));
  CHECK(client.line().starts_with(R"({"id":2,"ok":true)"));
  waiting->ok();
  CHECK(client.line() == R"({"id":1,"ok":true,"result":{}})");
  CHECK(client.is_closed());
}

TEST_CASE("server: two cannot have the same path", "[control]") {
  Exchange exchange;
  CHECK_THROWS_AS(Server(exchange.loop, exchange.path, 0660), core::Error);
  // The refused one has not removed the socket of the first.
  RawClient client(exchange.loop, exchange.path);
  client.ask(1, "verbs");
  CHECK(client.line().starts_with(R"({"id":1,"ok":true)"));
}

}  // namespace
}  // namespace trunkline::control
