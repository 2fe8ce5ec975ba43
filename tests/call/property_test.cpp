// SPDX-License-Identifier: MIT
// Whatever happens in whatever order, step() keeps its promises (lib/call/step.h).
// By default 60,000 calls, 640,000 events, in a second or two; TRUNKLINE_CALL_SEQUENCES=1000000
// plays that many calls, TRUNKLINE_CALL_SEED=N begins with the N-th.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "call/random_world.h"
#include "core/text.h"

namespace trunkline::call {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* asked = std::getenv(variable);
  return asked == nullptr ? otherwise : core::parse_unsigned(asked).value_or(otherwise);
}

}  // namespace

TEST_CASE("call: a world of random events breaks none of step()'s promises", "[call]") {
  std::uint64_t events = 0;
  unsigned connected = 0;
  unsigned reinvites = 0;
  unsigned updates = 0;
  unsigned refreshes = 0;
  unsigned pracks = 0;
  unsigned infos = 0;
  unsigned redirected = 0;
  const std::uint64_t wanted = number_from("TRUNKLINE_CALL_SEQUENCES", 60'000);
  const std::uint64_t first = number_from("TRUNKLINE_CALL_SEED", 1);
  for (std::uint64_t seed = first; seed < first + wanted; ++seed) {
    CAPTURE(seed);
    RandomWorld world(seed);
    world.play();
    events += world.events();
    connected += world.was_connected() ? 1 : 0;
    reinvites += world.accepted_reinvites();
    updates += world.accepted_updates();
    refreshes += world.refreshes();
    pracks += world.pracks();
    infos += world.infos();
    redirected += world.redirected();
  }
  // The world is no desert: it gets far enough to mean something.
  CAPTURE(wanted, events, connected, reinvites, updates, refreshes, pracks, infos, redirected);
  CHECK(connected > wanted / 20);
  CHECK(reinvites > wanted / 60);
  CHECK(updates > wanted / 100);
  CHECK(refreshes > wanted / 300);
  CHECK(pracks > wanted / 50);
  CHECK(infos > wanted / 100);
  CHECK(redirected > wanted / 100);
  CHECK(events > 10 * wanted);
}

}  // namespace trunkline::call
