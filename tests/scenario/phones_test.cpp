// SPDX-License-Identifier: MIT

// The phones of the scenario tests, without an exchange: two baresips call each other directly, and
// each hears the other's tone. What fails here is no fault of ours.

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <thread>

#include "softphone/phone.h"
#include "support/program.h"
#include "support/sound.h"
#include "support/temporary_directory.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

/// A phone that registers nowhere and sends its calls to `server`.
softphone::Phone start_phone(const TemporaryDirectory& directory, const std::string& name,
                             double tone, const std::string& server, bool answers) {
  const auto speech = directory.path() / (name + ".wav");
  write_tone(speech, tone, Seconds(60));
  return core::value_or_throw(softphone::Phone::start({.folder = directory.path() / name,
                                                       .name = name,
                                                       .domain = "127.0.0.1",
                                                       .server = server,
                                                       .registers = false,
                                                       .answers = answers,
                                                       .speech = speech}));
}

TEST_CASE("phones: two of them talk without an exchange, and each hears the other",
          "[scenario][phones]") {
  TemporaryDirectory directory;
  // Port 9 is discard: bob calls nobody.
  auto bob = start_phone(directory, "bob", kCalledTone, "127.0.0.1:9", false);
  auto alice = start_phone(directory, "alice", kCallerTone,
                           fmt::format("127.0.0.1:{}", bob.sip_port().value()), true);

  REQUIRE(alice.dial("bob"));
  REQUIRE(bob.wait_for("CALL_INCOMING", kSoon));
  REQUIRE(bob.answer());
  REQUIRE(alice.wait_for("CALL_ESTABLISHED", kSoon));
  REQUIRE(bob.wait_for("CALL_ESTABLISHED", kSoon));
  // Sound needs time, there is nothing to wait for.
  std::this_thread::sleep_for(Seconds(2));
  REQUIRE(alice.hang_up());
  REQUIRE(bob.wait_for("CALL_CLOSED", kSoon));
  alice.stop();
  bob.stop();

  REQUIRE(alice.heard());
  REQUIRE(bob.heard());
  const auto at_alice = read_channel(*alice.heard());
  const auto at_bob = read_channel(*bob.heard());
  CHECK(at_alice.heard_for(kCalledTone) >= Milliseconds(1000));
  CHECK(at_alice.heard_for(kCallerTone) == Milliseconds(0));
  CHECK(at_bob.heard_for(kCallerTone) >= Milliseconds(1000));
  CHECK(at_bob.heard_for(kCalledTone) == Milliseconds(0));
}

}  // namespace
}  // namespace trunkline::test
