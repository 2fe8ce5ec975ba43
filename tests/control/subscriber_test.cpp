// SPDX-License-Identifier: MIT
#include "control/subscriber.h"

#include <catch2/catch.hpp>

#include "control/raw_client.h"
#include "control/server.h"
#include "support/temporary_directory.h"

namespace trunkline::control {
namespace {

using std::chrono_literals::operator""ms;

struct Link {
  test::TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "control";
  os::Loop loop;
  std::unique_ptr<Server> server;
  std::vector<LinkState> states;
  std::vector<int> heard;
  std::unique_ptr<Subscriber> subscriber;

  void serve() { server = std::make_unique<Server>(loop, path, 0600); }
  void subscribe() {
    subscriber = std::make_unique<Subscriber>(
        loop, path, std::vector<std::string>{"a.b"},
        [this](const Event& event) {
          heard.push_back(static_cast<int>(core::number_at(event.data, "n")));
        },
        [this](LinkState state) { states.push_back(state); }, 20ms);
  }
  bool reaches(bool is_connected) {
    return turn_until(loop, [&] { return subscriber->is_connected() == is_connected; });
  }
};

TEST_CASE("subscriber: hears events once it is connected", "[control]") {
  Link link;
  link.serve();
  link.subscribe();
  CHECK(link.states.empty());
  REQUIRE(link.reaches(true));
  link.server->publish("a.b", {{"n", 1}});
  link.server->publish("a.c", {{"n", 2}});
  link.server->publish("a.b", {{"n", 3}});
  REQUIRE(turn_until(link.loop, [&] { return link.heard.size() == 2; }));
  CHECK(link.heard == std::vector<int>{1, 3});
  CHECK(link.states == std::vector<LinkState>{LinkState::connected});
}

TEST_CASE("subscriber: waits for a daemon that is not there yet", "[control]") {
  Link link;
  link.subscribe();
  for (int turn = 0; turn < 5; ++turn) link.loop.run_once(5ms);
  CHECK(link.states.empty());
  link.serve();
  CHECK(link.reaches(true));
}

TEST_CASE("subscriber: finds the daemon again after its restart", "[control]") {
  Link link;
  link.serve();
  link.subscribe();
  REQUIRE(link.reaches(true));
  link.server.reset();
  REQUIRE(link.reaches(false));
  link.serve();
  REQUIRE(link.reaches(true));
  link.server->publish("a.b", {{"n", 7}});
  REQUIRE(turn_until(link.loop, [&] { return link.heard.size() == 1; }));
  CHECK(link.states == std::vector<LinkState>{LinkState::connected, LinkState::disconnected,
                                              LinkState::connected});
}

TEST_CASE("subscriber: may be destroyed in its own callbacks", "[control]") {
  Link link;
  link.serve();
  int calls = 0;
  const auto end_it = [&] {
    ++calls;
    link.subscriber.reset();
  };
  SECTION("on an event") {
    link.subscriber = std::make_unique<Subscriber>(
        link.loop, link.path, std::vector<std::string>{"*"}, [&](const Event&) { end_it(); },
        [&](LinkState) {
          link.server->publish("a.b", {});
          link.server->publish("a.b", {});
        });
  }
  SECTION("on connect") {
    link.subscriber = std::make_unique<Subscriber>(
        link.loop, link.path, std::vector<std::string>{"*"}, [](const Event&) {},
        [&](LinkState) { end_it(); });
  }
  SECTION("on disconnect") {
    link.subscriber = std::make_unique<Subscriber>(
        link.loop, link.path, std::vector<std::string>{"*"}, [](const Event&) {},
        [&](LinkState state) {
          if (state == LinkState::disconnected) return end_it();
          link.loop.post([&] { link.server.reset(); });
        });
  }
  REQUIRE(turn_until(link.loop, [&] { return link.subscriber == nullptr; }));
  for (int turn = 0; turn < 5; ++turn) link.loop.run_once(1ms);
  CHECK(calls == 1);
}

TEST_CASE("subscriber: a daemon that talks nonsense is left and tried again", "[control]") {
  Link link;
  const auto listener = os::listen_unix(link.path, 0600);
  link.subscribe();
  for (int attempt = 0; attempt < 3; ++attempt) {
    os::Fd accepted;
    REQUIRE(turn_until(link.loop, [&] {
      auto next = os::accept_unix(listener->get());
      accepted = std::move(*next);
      return static_cast<bool>(accepted);
    }));
    const std::string nonsense = attempt == 0 ? "hello\n" : std::string(100'000, '{');
    (void)os::send_some(accepted.get(), core::as_bytes(nonsense));
  }
  CHECK(link.states.empty());
}

}  // namespace
}  // namespace trunkline::control
