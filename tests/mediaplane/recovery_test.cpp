// SPDX-License-Identifier: MIT

// kill -9 in a call: the engine runs in a process of its own (this program, started again with a
// hidden test case), dies, and another one finds what it left.

#include <signal.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "audio/wav.h"
#include "mediaplane/world.h"
#include "os/process.h"

namespace trunkline::mediaplane {
namespace {

using test::Phone;
using test::TestCall;
using test::World;

constexpr const char* kRootVariable = "MEDIAPLANE_TEST_ROOT";

}  // namespace

TEST_CASE("a recorderd that only ends by SIGKILL", "[.recorderd]") {
  const char* const root = ::getenv(kRootVariable);
  if (root == nullptr) return;
  const config::Config config = test::world_config(root, {});
  os::Loop loop;
  Engine engine(config, loop, core::system_clock());
  engine.start();
  // Complete or not at all, for the one who waits for it.
  std::ofstream(std::string(root) + "/listening.new") << engine.listening().at(0).address.text();
  std::filesystem::rename(std::string(root) + "/listening.new", std::string(root) + "/listening");
  loop.run();
}

TEST_CASE("recovery: after kill -9 the recording plays up to the last 2.5 s and is marked",
          "[recovery]") {
  World world;
  world.stop();
  auto child =
      os::Child::spawn({.arguments = {"/proc/self/exe", "a recorderd that only ends by SIGKILL"},
                        .environment = {{kRootVariable, world.root().string()}},
                        .output = os::Stream::null()});
  REQUIRE(child);
  const auto listening = world.root() / "listening";
  REQUIRE(test::eventually([&] { return std::filesystem::exists(listening); }, core::Seconds(30)));
  std::string address;
  std::getline(std::ifstream(listening), address);
  world.ng = std::make_unique<test::NgCaller>(core::value_or_throw(os::Address::parse(address)));

  Phone caller(440);
  Phone called(1000);
  const TestCall call;
  call.establish(world, caller, called, true);
  constexpr core::Milliseconds kTalk{7100};
  test::talk(caller, called, kTalk);
  CHECK(called.count(caller.packets_sent()) == caller.packets_sent());
  REQUIRE(child->send_signal(SIGKILL));
  REQUIRE(child->wait(core::Seconds(10)));

  world.start();
  const core::Json body = world.settled_recording(call.id);
  CAPTURE(body);
  REQUIRE(body["status"] == "truncated");
  CHECK(body["reason"] == "recorderd ended while it was recorded");
  CHECK(body["duration_ms"].get<int>() >= kTalk.count() - 2500);
  CHECK(body["legs"][0]["packets_written"].get<int>() >= 225);
  CHECK(world.last_entry(call.id, "recording.finished") == body);

  // The account up to then, although nobody was left to end it.
  const core::Json media = world.last_entry(call.id, "media.ended");
  CHECK(media["reason"] == "stopped");
  CHECK(media["legs"][0]["packets_received"].get<int>() >= 225);

  auto opened = world.control().call_for_descriptor(
      "recording.open", {{"recording", call.recording.text()}, {"reason", "test"}});
  REQUIRE(opened);
  CHECK(opened->result["is_finalised"] == true);

  // A second start finds nothing left to do.
  const auto entries = [&] {
    return journal::JournalReader(world.root() / "state" / "journal.db").last().value();
  };
  world.stop();
  const auto before = entries();
  world.start();
  CHECK(world.settled_recording(call.id)["status"] == "truncated");
  CHECK(entries() == before);

  // And calls work.
  const TestCall next;
  next.establish(world, caller, called, true);
  test::talk(caller, called, core::Milliseconds(200));
  (void)next.hang_up(world);
  CHECK(world.settled_recording(next.id)["status"] == "complete");
}

}  // namespace trunkline::mediaplane
