// SPDX-License-Identifier: MIT

// retention compact over a real database, key store and folder: samples are packed and nothing of
// them is lost, also where it is killed at any moment.

#include <random>

#include "packing/source.h"
#include "scenario/recorded_site.h"
#include "support/kills.h"

namespace trunkline::test {
namespace {

struct CompactSite : RecordedSite {
  explicit CompactSite(int recordings) : RecordedSite(recordings, 2000) {}

  core::Json compact(int status = 0, const Words& more = {}) const {
    Words words{"compact", "--older-than", "1d"};
    words.insert(words.end(), more.begin(), more.end());
    const auto lines = site.json("retention", words, status);
    REQUIRE(lines.size() == 1);
    return lines[0];
  }
  core::Result<packing::Source> open(std::size_t i) const {
    return packing::Source::open(files[i], *keys);
  }
  /// Whether it gives the samples that were recorded.
  bool is_whole(std::size_t i) const {
    auto source = open(i);
    if (!source) return false;
    core::Bytes samples(source->size());
    return source->read(0, samples) == 3 * format.segment_size() &&
           samples == core::Bytes(3 * format.segment_size(), std::byte{0x55});
  }
  std::size_t keys_of(std::size_t i) const { return keys->open_keys(ids[i]).value().size(); }
  std::size_t files_there() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
      if (entry.is_regular_file()) ++count;
    return count;
  }
};

TEST_CASE("retention compact: packs what is old enough, and says so", "[scenario]") {
  CompactSite world(3);
  const std::uint64_t before = std::filesystem::file_size(world.files[0]);
  CHECK(world.compact(0, {"--dry-run"}).at("packed") == 3);
  CHECK(std::filesystem::file_size(world.files[0]) == before);
  // 7 days by the setting.
  CHECK(world.site.json("retention", {"compact"}).at(0).at("packed") == 0);

  CHECK(world.compact(0, {"--limit", "1"}).at("packed") == 1);
  const core::Json done = world.compact();
  CHECK(done.at("packed") == 2);
  CHECK(done.at("bytes_before") == 2 * before);
  CHECK(done.at("bytes_after") < before);
  CHECK(world.compact().at("packed") == 0);
  for (std::size_t i = 0; i < world.ids.size(); ++i) {
    CHECK(world.open(i)->header().format.packing == sealed::Packing::flac);
    CHECK(world.is_whole(i));
    CHECK(world.keys_of(i) == 1);
  }
  const auto listed = world.site.json("cdrctl", {"recording", "list"});
  REQUIRE(listed.size() == 3);
  for (const core::Json& recording : listed) {
    CHECK(core::text_at(recording, "codec") == "flac");
    CHECK(recording.at("bytes") < before);
  }
  CHECK(world.site.json("trunkline", {"audit", "list", "--event", "recording.compacted"}).size() ==
        3);
  CHECK(world.site.run("retention", {"verify"}).exit.code == 0);
}

TEST_CASE("retention compact: by Opus, too, and a damaged recording stays as it is", "[scenario]") {
  CompactSite world(2);
  world.flip(1);
  const core::Json done = world.compact(3, {"--codec", "opus"});
  CHECK(done.at("packed") == 1);
  CHECK(done.at("failed") == 1);
  CHECK(world.open(0)->header().format.packing == sealed::Packing::opus);
  CHECK(world.open(0)->duration() == core::Milliseconds(6000));
  CHECK(world.open(1)->header().format.packing == sealed::Packing::none);
  CHECK(world.keys_of(1) == 1);
  CHECK(world.files_there() == 2);
}

TEST_CASE(
    "retention compact: killed at any moment, each recording can be read, by one key in the "
    "end",
    "[scenario]") {
  const auto recordings = static_cast<std::size_t>(kills(40));  // so that there is work to the end
  CompactSite world(static_cast<int>(recordings));
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> moment_ms(0, 250);
  for (int kill = 0; kill < kills(50); ++kill) {
    world.kill_after({"compact", "--older-than", "1d"}, core::Milliseconds(moment_ms(random)));
    for (std::size_t i = 0; i < recordings; ++i) {
      INFO(kill << ' ' << i);
      REQUIRE(world.is_whole(i));
    }
  }
  (void)world.compact();  // how many were left is chance
  for (std::size_t i = 0; i < recordings; ++i) {
    CHECK(world.is_whole(i));
    CHECK(world.keys_of(i) == 1);
    CHECK(world.open(i)->header().format.packing == sealed::Packing::flac);
  }
  CHECK(world.files_there() == recordings);
  CHECK(world.site.json("trunkline", {"audit", "list", "--event", "recording.compacted", "-n", "0"})
            .size() == recordings);
}

}  // namespace
}  // namespace trunkline::test
