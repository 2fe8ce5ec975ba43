// SPDX-License-Identifier: MIT

// retention move over a real database, key store and two folders: recordings go to the cold tier
// and back, every tool finds them there, and a kill at any moment loses none.

#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "packing/source.h"
#include "scenario/recorded_site.h"
#include "storage/cold.h"
#include "support/kills.h"

namespace trunkline::test {
namespace {

namespace fs = std::filesystem;

struct MoveSite : RecordedSite {
  explicit MoveSite(int recordings) : RecordedSite(recordings) { make_cold(); }

  /// A folder of the recordings' owner, as a mounted disk would be.
  void make_cold() const {
    fs::create_directory(cold());
    fs::permissions(cold(), fs::perms::owner_all);
    struct stat owner {};
    REQUIRE(::stat(root.c_str(), &owner) == 0);
    if (::geteuid() == 0) REQUIRE(::chown(cold().c_str(), owner.st_uid, owner.st_gid) == 0);
  }

  fs::path cold() const { return root / storage::kColdFolder; }
  std::string hot_path(std::size_t i) const { return files[i].lexically_relative(root).string(); }
  bool is_hot(std::size_t i) const { return fs::exists(files[i]); }
  bool is_cold(std::size_t i) const { return fs::exists(cold() / hot_path(i)); }

  core::Json move(int status = 0, const Words& more = {"--older-than", "1d", "--adopt"}) const {
    Words words{"move"};
    words.insert(words.end(), more.begin(), more.end());
    const auto lines = site.json("retention", words, status);
    REQUIRE(lines.size() == 1);
    return lines[0];
  }
  /// Where the ledger says that it is.
  std::string path_of(std::size_t i) const {
    for (const core::Json& row : site.json("cdrctl", {"recording", "list", "-n", "100"}))
      if (core::text_at(row, "recording") == ids[i].text()) return core::text_at(row, "path");
    return {};
  }
  bool is_whole(std::size_t i) const {
    auto source = packing::Source::open(root / storage::name_at(root, hot_path(i)), *keys);
    if (!source) return false;
    core::Bytes samples(source->size());
    return source->read(0, samples) == 3 * format.segment_size() &&
           samples == core::Bytes(3 * format.segment_size(), std::byte{0x55});
  }
  std::string fault_of(const Words& words, int status) const {
    const auto done = site.run("retention", words);
    CHECK(done.exit.code == status);
    return done.errors;
  }
};

TEST_CASE("retention move: to the cold tier, where every tool finds them, and home again",
          "[scenario]") {
  MoveSite world(3);
  CHECK(world.move(0, {"--older-than", "1d", "--dry-run"}).at("moved") == 3);
  CHECK(world.is_hot(0));
  // No age is set: nothing moves.
  CHECK(world.site.run("retention", {"move"}).exit.code == 0);
  CHECK(world.is_hot(0));

  CHECK(world.move(0, {"--older-than", "1d", "--adopt", "--limit", "1"}).at("moved") == 1);
  CHECK(world.is_cold(0));
  CHECK_FALSE(world.is_hot(0));
  CHECK(world.is_hot(1));
  CHECK(world.path_of(0) == "cold/" + world.hot_path(0));
  const core::Json rest = world.move(0, {"--older-than", "1d"});  // known by its marker now
  CHECK(rest.at("moved") == 2);
  CHECK(rest.at("to") == "cold");
  CHECK(world.move(0, {"--older-than", "1d"}).at("moved") == 0);
  CHECK(world.site.json("trunkline", {"audit", "list", "--event", "recording.moved"}).size() == 3);

  CHECK(world.site.run("retention", {"verify"}).exit.code == 0);
  const auto packed = world.site.json("retention", {"compact", "--older-than", "1d"});
  CHECK(packed.at(0).at("failed") == 0);
  CHECK(packed.at(0).at("packed").get<int>() + packed.at(0).at("kept").get<int>() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(world.is_whole(i));

  const core::Json back = world.move(0, {"--back"});
  CHECK(back.at("moved") == 3);
  CHECK(back.at("to") == "hot");
  CHECK(world.is_hot(2));
  CHECK_FALSE(world.is_cold(2));
  CHECK(world.path_of(2) == world.hot_path(2));
  CHECK(world.site.run("retention", {"verify"}).exit.code == 0);
}

TEST_CASE("retention move: what is erased goes from the cold tier, unless that is not mounted",
          "[scenario]") {
  MoveSite world(2);
  CHECK(world.move().at("moved") == 2);
  world.site.json("retention", {"policy", "set", "default", "--keep", "1d"});

  const fs::path elsewhere = world.site.path("unmounted");
  fs::rename(world.cold(), elsewhere);
  world.make_cold();
  CHECK_THAT(world.fault_of({"sweep", "--yes"}, 69), Catch::Contains("is not mounted"));
  CHECK_THAT(world.fault_of({"move", "--older-than", "1d"}, 69), Catch::Contains("is not mounted"));
  CHECK_THAT(world.fault_of({"verify"}, 69), Catch::Contains("has none of the 2 recordings"));
  CHECK(world.keys->count() == 2);
  CHECK_THAT(world.site.run("trunkline", {"doctor"}).output,
             Catch::Contains("its disk is not mounted"));

  fs::remove(world.cold());
  fs::rename(elsewhere, world.cold());
  CHECK(world.site.run("retention", {"sweep", "--yes"}).exit.code == 0);
  CHECK(world.keys->count() == 0);
  CHECK_FALSE(world.is_cold(0));
  CHECK_FALSE(world.is_cold(1));
}

TEST_CASE("retention move: refuses a folder that is not the cold tier's", "[scenario]") {
  MoveSite world(1);
  CHECK_THAT(world.fault_of({"move", "--older-than", "1d"}, 69),
             Catch::Contains("is on the hot ones' own disk"));
  fs::remove(world.cold());
  CHECK_THAT(world.fault_of({"move", "--older-than", "1d", "--adopt"}, 78),
             Catch::Contains("there is no folder"));
  CHECK(world.is_hot(0));
}

TEST_CASE("retention move: killed at any moment, each recording can be read and is in one tier",
          "[scenario]") {
  constexpr std::size_t kRecordings = 40;
  MoveSite world(kRecordings);
  std::mt19937 random(20261130);
  std::uniform_int_distribution<int> moment_ms(0, 250);
  for (int kill = 0; kill < kills(50); ++kill) {
    // To and fro, so that there is always something to move.
    const Words to_cold{"move", "--older-than", "1d", "--adopt"};
    const Words back{"move", "--back", "--adopt"};
    world.kill_after(kill % 2 == 0 ? to_cold : back, core::Milliseconds(moment_ms(random)));
    for (std::size_t i = 0; i < kRecordings; ++i) {
      INFO(kill << ' ' << i);
      REQUIRE(world.is_whole(i));
    }
  }
  (void)world.move();  // how many were left is chance
  for (std::size_t i = 0; i < kRecordings; ++i) {
    INFO(i);
    CHECK(world.is_whole(i));
    CHECK(world.is_cold(i));
    CHECK_FALSE(world.is_hot(i));
    CHECK(world.path_of(i) == "cold/" + world.hot_path(i));
  }
  // Killed in the middle of a copy back: nothing of it is left when the next run is done.
  const fs::path left = world.files[0].parent_path() / ".trunkline-put-left";
  std::ofstream(left) << "half";
  std::ofstream(world.site.path("retention") / "moving")
      << world.ids[0].text() << ' ' << world.path_of(0) << '\n';
  CHECK(world.move().at("moved") == 0);
  CHECK_FALSE(fs::exists(left));
  CHECK(world.site.run("retention", {"verify"}).exit.code == 0);
}

}  // namespace
}  // namespace trunkline::test
