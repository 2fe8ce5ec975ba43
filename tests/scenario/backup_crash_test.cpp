// SPDX-License-Identifier: MIT

// kill -9 at random moments of a backup: what was whole stays whole, and the next one is made.

#include <csignal>
#include <random>

#include "backup/repository.h"
#include "scenario/backed_up_site.h"
#include "support/kills.h"

namespace trunkline::test {
namespace {

core::Milliseconds time_of(const std::function<void()>& work) {
  const core::SteadyTime begun = core::system_clock().steady();
  work();
  return std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
}

TEST_CASE("backup: kills at random moments leave whole backups only, and the living site as it is",
          "[scenario]") {
  const int times = kills(50);
  const std::uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  BackedUpSite site;
  site.record(20);
  const core::Milliseconds whole = time_of([&] { site.json({"backup"}, 3); });
  const auto repository = core::value_or_throw(backup::open_repository(
      {.target = site.path("target"), .recordings = site.path("recordings")}));
  std::size_t made = 0;
  for (int kill = 0; kill < times; ++kill) {
    auto child = core::value_or_throw(os::Child::spawn(
        {.arguments = site.site().command("trunkline", {"backup", "--full", "--quiet"}),
         .output = os::Stream::null(),
         .errors = os::Stream::null()}));
    const core::Milliseconds moment(random() % static_cast<std::uint32_t>(whole.count() + 1));
    if (!child.wait(moment)) child.send_signal(SIGKILL);
    if (child.wait(core::Seconds(60))->is_success()) ++made;
    const auto names = core::value_or_throw(repository->list());
    REQUIRE_FALSE(names.empty());
    // The newest is the one that a kill could have hurt.
    const auto manifest = core::value_or_throw(backup::read_manifest(*repository, names.back()));
    CHECK(core::value_or_throw(repository->verify(manifest)).empty());
  }
  INFO(made << " of " << times << " were done before their moment");
  CHECK(made < static_cast<std::size_t>(times));
  site.json({"backup"}, 3);
  for (const core::Json& verified : site.json({"backup", "verify", "--all"}))
    CHECK(verified.at("is_whole") == true);
  for (const auto& entry : fs::directory_iterator(site.path("target")))
    CHECK(entry.path().extension().empty());
  CHECK(site.calls() == 20);
  CHECK(site.ledger_is_whole());
}

}  // namespace
}  // namespace trunkline::test
