// SPDX-License-Identifier: MIT

// kill -9 at random moments of a restore: the living site is the one before or the restored one,
// never a mixture, and the next restore goes to the end.

#include <csignal>
#include <random>
#include <set>

#include "scenario/backed_up_site.h"
#include "support/kills.h"

namespace trunkline::test {
namespace {

constexpr int kBackedUp = 4;

/// What restores leave under names of their own.
void drop_old_databases(const std::string& name) {
  static constexpr db::Statement kOld{
      "SELECT datname::text AS name FROM pg_database WHERE datname LIKE $1"};
  auto connection =
      db::Connection::open({.url = "dbname=postgres", .statement_timeout = core::Seconds(60)});
  for (const db::Row row : connection.query(kOld, {name + "_before_%"}))
    connection.run_script("DROP DATABASE " + db::quoted_identifier(row.get<std::string>("name")) +
                          " WITH (FORCE)");
}

TEST_CASE("restore: kills at random moments leave the site before it or after it, and it goes on",
          "[scenario]") {
  const int times = kills(50);
  const std::uint32_t seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  BackedUpSite site;
  std::vector<core::RecordingId> recordings;
  for (int i = 0; i < kBackedUp; ++i) recordings.push_back(site.record());
  site.ship();
  site.json({"backup"}, 3);
  // One more call lives, which the backup does not have: the journal gives it back.
  (void)site.record();
  site.ship();
  const Words restore{"restore", "--yes", "--part", "database", "--part", "recordings"};
  const core::SteadyTime begun = core::system_clock().steady();
  site.json(restore);
  const auto whole =
      std::chrono::duration_cast<core::Milliseconds>(core::system_clock().steady() - begun);
  site.ship();
  std::size_t done = 0;
  std::set<core::RecordingId> lost;  // and not there again
  for (int kill = 0; kill < times; ++kill) {
    const core::RecordingId victim = recordings[static_cast<std::size_t>(kill) % recordings.size()];
    fs::remove(site.file_of(victim));
    lost.insert(victim);
    auto child = core::value_or_throw(
        os::Child::spawn({.arguments = site.site().command("trunkline", restore),
                          .output = os::Stream::null(),
                          .errors = os::Stream::null()}));
    const core::Milliseconds moment(random() % static_cast<std::uint32_t>(whole.count() + 1));
    if (!child.wait(moment)) child.send_signal(SIGKILL);
    if (child.wait(core::Seconds(60))->is_success()) ++done;
    CHECK(site.calls() == kBackedUp + 1);
    // There, and then whole; or not there yet.
    for (const core::RecordingId id : recordings) {
      const bool is_there = fs::exists(site.file_of(id));
      CHECK((is_there ? site.opens(id) : lost.contains(id)));
      if (is_there) lost.erase(id);
    }
    if (kill % 10 == 9) drop_old_databases(site.site().database().name());
  }
  INFO(done << " of " << times << " were done before their moment");
  CHECK(done < static_cast<std::size_t>(times));
  site.json(restore);
  site.ship();
  for (const core::RecordingId id : recordings) CHECK(site.opens(id));
  CHECK_FALSE(fs::exists(site.path("recordings/.restore")));
  CHECK(site.calls() == kBackedUp + 1);
  CHECK(site.ledger_is_whole());
  drop_old_databases(site.site().database().name());
}

}  // namespace
}  // namespace trunkline::test
