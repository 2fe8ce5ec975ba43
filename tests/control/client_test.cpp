// SPDX-License-Identifier: MIT
#include "control/client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <semaphore>
#include <thread>

#include "control/server.h"
#include "os/loop.h"
#include "os/unix_socket.h"
#include "support/temporary_directory.h"

namespace trunkline::control {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A daemon on a thread of its own.
class Daemon {
 public:
  Daemon() : server_(loop_, path(), 0600) {
    server_.on("count", [](const Request& request, Reply reply) {
      const std::int64_t to = core::number_at(request.args, "to");
      for (std::int64_t i = 1; i <= to; ++i) reply.item(i);
      reply.ok({{"count", to}});
    });
    server_.on("silent", [this](const Request&, Reply reply) {
      kept_.push_back(std::move(reply));
      asked_.release();
    });
    server_.on("open", [](const Request&, Reply reply) {
      os::Pipe pipe = os::make_pipe();
      if (::write(pipe.write_end.get(), "audio", 5) == 5)
        reply.ok_with_descriptor({{"size", 5}}, std::move(pipe.read_end));
    });
    server_.on("talk", [this](const Request&, Reply reply) {
      server_.publish("talk.said", {{"n", 1}});
      server_.publish("talk.said", {{"n", 2}});
      reply.ok();
    });
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Daemon() {
    loop_.stop();
    thread_.join();
  }
  void wait_until_asked() { asked_.acquire(); }
  std::filesystem::path path() const { return directory_.path() / "sipd" / "control"; }

 private:
  struct Folder : test::TemporaryDirectory {
    Folder() { std::filesystem::create_directory(path() / "sipd"); }
  };
  Folder directory_;
  os::Loop loop_;
  Server server_;
  std::vector<Reply> kept_;
  std::counting_semaphore<> asked_{0};
  std::thread thread_;
};

TEST_CASE("client: a call gives items and the result", "[control]") {
  const Daemon daemon;
  auto client = Client::connect(daemon.path(), 5s);
  REQUIRE(client);
  std::int64_t sum = 0;
  const auto result =
      client->call("count", {{"to", 100}}, [&](const core::Json& item) { sum += item.get<int>(); });
  REQUIRE(result);
  CHECK(*result == core::Json{{"count", 100}});
  CHECK(sum == 5050);
  // And again over the same connection.
  CHECK(client->call("count", {}) == core::Json{{"count", 0}});
}

TEST_CASE("client: the daemon's fault is the call's", "[control]") {
  const Daemon daemon;
  auto client = Client::connect(daemon.path(), 5s);
  const auto result = client->call("counts");
  REQUIRE_FALSE(result);
  CHECK(result.error() ==
        core::Fault{core::ExitCode::usage, "there is no verb 'counts'", "did you mean count?"});
}

TEST_CASE("client: a descriptor is the caller's own", "[control]") {
  const Daemon daemon;
  auto client = Client::connect(daemon.path(), 5s);
  const auto opened = client->call_for_descriptor("open");
  REQUIRE(opened);
  CHECK(opened->result == core::Json{{"size", 5}});
  char text[8] = {};
  CHECK(::read(opened->descriptor.get(), text, sizeof text) == 5);
  CHECK(::read(opened->descriptor.get(), text, sizeof text) == 0);
  CHECK(client->call_for_descriptor("count").error().code == core::ExitCode::protocol);
}

TEST_CASE("client: without a daemon it says where it looked and what to do", "[control]") {
  const test::TemporaryDirectory directory;
  const auto folder = directory.path() / "sipd";
  std::filesystem::create_directory(folder);
  const auto path = folder / "control";
  CHECK(Client::connect(path, 1s).error() ==
        core::Fault{core::ExitCode::unavailable,
                    "cannot reach sipd at " + path.string() + ": no such file or directory",
                    "start it: systemctl start sipd, or see trunkline status"});
  auto dead = os::listen_unix(path, 0600);
  REQUIRE(dead);
  dead->reset();
  CHECK(Client::connect(path, 1s, "exchange").error() ==
        core::Fault{core::ExitCode::unavailable,
                    "cannot reach exchange at " + path.string() + ": connection refused",
                    "start it: systemctl start exchange, or see trunkline status"});
}

TEST_CASE("client: a daemon that is silent is given up", "[control]") {
  const Daemon daemon;
  auto client = Client::connect(daemon.path(), 30ms);
  const auto result = client->call("silent");
  REQUIRE_FALSE(result);
  CHECK(result.error() == core::Fault{core::ExitCode::try_again, "sipd did not answer within 30ms",
                                      "see what it does: trunkline status"});
  // The late answer of the call given up does not answer the next one.
  CHECK(client->call("count", {{"to", 1}}) == core::Json{{"count", 1}});
}

TEST_CASE("client: a daemon that never accepts is given up", "[control]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control";
  const auto listener = os::listen_unix(path, 0600, 0);
  std::vector<os::Fd> waiting;
  for (auto next = os::connect_unix(path); next; next = os::connect_unix(path))
    waiting.push_back(std::move(*next));
  const auto client = Client::connect(path, 30ms, "sipd");
  REQUIRE_FALSE(client);
  CHECK(client.error().code == core::ExitCode::unavailable);
}

TEST_CASE("client: a daemon that ends during a call is a fault", "[control]") {
  auto daemon = std::make_unique<Daemon>();
  const auto path = daemon->path();
  auto client = Client::connect(path, 5s);
  // Ended once it has seen the request, so that the client is waiting for the answer.
  std::thread ender([&] {
    daemon->wait_until_asked();
    daemon.reset();
  });
  const auto result = client->call("silent");
  ender.join();
  REQUIRE_FALSE(result);
  CHECK(result.error() == core::Fault{core::ExitCode::unavailable,
                                      "sipd closed the connection at " + path.string(),
                                      "see why: journalctl -u sipd"});
}

TEST_CASE("client: follows events until it has enough", "[control]") {
  const Daemon daemon;
  auto follower = Client::connect(daemon.path(), 5s);
  REQUIRE(follower);
  auto talker = Client::connect(daemon.path(), 5s);
  std::vector<int> heard;
  // The subscription stands once a first event came; until then the talker repeats.
  std::atomic<bool> is_done = false;
  std::thread speech([&] {
    while (!is_done && talker->call("talk")) {
    }
  });
  const auto followed = follower->follow({"talk.said"}, [&](const Event& event) {
    heard.push_back(static_cast<int>(core::number_at(event.data, "n")));
    return heard.size() < 4;
  });
  is_done = true;
  speech.join();
  CHECK(followed);
  CHECK(heard.size() == 4);
}

TEST_CASE("client: a daemon that talks nonsense is a protocol fault", "[control]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control";
  const auto listener = os::listen_unix(path, 0600);
  for (const std::string& nonsense :
       {std::string("hello\n"), std::string("{}\n"), std::string(kLongestLine + 10, 'x')}) {
    auto client = Client::connect(path, 2s, "sipd");
    REQUIRE(client);
    const auto accepted = os::accept_unix(listener->get());
    REQUIRE(*accepted);
    std::thread talker([&] {
      os::set_nonblocking(accepted->get(), false);
      // The client may hang up in the middle.
      std::size_t sent = 0;
      while (sent < nonsense.size()) {
        const ssize_t size =
            ::send(accepted->get(), nonsense.data() + sent, nonsense.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) break;
        sent += static_cast<std::size_t>(size);
      }
    });
    const auto result = client->call("status");
    client = Client::connect("/nowhere/control", 1s);
    talker.join();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == core::ExitCode::protocol);
    CHECK(result.error().message.starts_with("cannot understand sipd: "));
  }
}

TEST_CASE("client: a request longer than a line is refused here", "[control]") {
  const Daemon daemon;
  auto client = Client::connect(daemon.path(), 5s);
  const auto result = client->call("count", {{"text", std::string(kLongestLine, 'x')}});
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "cannot ask sipd: the request is longer than 1 MiB");
  CHECK(client->call("count"));
}

}  // namespace
}  // namespace trunkline::control
