// SPDX-License-Identifier: MIT
#include "verify/engine.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "sealed/writer.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::verify {
namespace {

const core::Time kNow = test::FakeClock().wall();
constexpr sealed::Format kFormat{
    .codec = sealed::Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 20};

struct World {
  test::TemporaryDirectory directory;
  std::filesystem::path root = directory.path() / "recordings";
  keystore::KeyStore keys{directory.path() / "keys.db", keystore::KeyRing::generate(kNow)};
  std::map<core::RecordingId, Row> rows;
  std::vector<core::RecordingId> ids;

  explicit World(int recordings) {
    std::filesystem::create_directory(root);
    for (int i = 0; i < recordings; ++i) add();
  }
  void add() {
    const auto id = core::RecordingId::make(kNow);
    auto writer = sealed::Writer::create(
        root, {.recording = id, .format = kFormat, .started_at = kNow}, keys);
    REQUIRE(writer.has_value());
    const core::Bytes plain(kFormat.segment_size(), std::byte{0x55});
    for (int segment = 0; segment < 3; ++segment) REQUIRE(writer->append(plain).has_value());
    REQUIRE(writer->finalise({}).has_value());
    rows[id] = {.recording = id,
                .path = writer->relative_path().string(),
                .is_complete = true,
                .has_ended = true};
    ids.push_back(id);
    std::sort(ids.begin(), ids.end());
  }
  std::filesystem::path file(std::size_t i) const { return root / rows.at(ids[i]).path; }
  void flip(std::size_t i, std::streamoff at) const {
    std::fstream stream(file(i), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(at);
    const int byte = stream.get();
    stream.seekp(at);
    stream.put(static_cast<char>(byte ^ 1));
    REQUIRE(stream.good());
  }
  /// Everything that verify would say, as "what id-index".
  std::vector<std::string> verify(Options options = {}) {
    options.root = root;
    const Files files = find_files(root).value();
    const auto with_key = find_keys(keys);
    std::vector<std::string> said;
    const auto say = [&](const Finding& finding) {
      const auto at = std::find(ids.begin(), ids.end(), finding.recording);
      said.push_back(std::string(name_of(finding.what)) + " " + std::to_string(at - ids.begin()));
      CHECK_FALSE(finding.message.empty());
      CHECK_FALSE(finding.mend.empty());
    };
    opened = open_all(options, files, rows, with_key, keys, say, [&](const Opened&) {
      ++progress;
      return stops_after == 0 || progress < stops_after;
    });
    for (const Finding& finding : reconcile(rows, files, with_key, kNow)) say(finding);
    return said;
  }
  Opened opened;
  int progress = 0;
  int stops_after = 0;
};

using Said = std::vector<std::string>;

TEST_CASE("verify: recordings that are as they were are opened to their last byte", "[verify]") {
  World world(5);
  const unsigned threads = GENERATE(1U, 3U);
  CHECK(world.verify({.threads = threads}).empty());
  CHECK(world.opened.recordings == 5);
  CHECK(world.opened.bytes == 5 * std::filesystem::file_size(world.file(0)));
  CHECK(world.opened.last == world.ids.back());
}

TEST_CASE("verify: a byte flipped anywhere in a file is found", "[verify]") {
  World world(3);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(world.file(1)));
  for (const std::streamoff at : {std::streamoff{0}, std::streamoff{40}, std::streamoff{200},
                                  std::streamoff{256}, size / 2, size - 1}) {
    INFO(at);
    world.flip(1, at);
    CHECK(world.verify() == Said{"changed 1"});
    CHECK(world.opened.faulty == 1);
    world.flip(1, at);
  }
  CHECK(world.verify().empty());
  std::filesystem::resize_file(world.file(1), static_cast<std::uintmax_t>(size) - 100);
  CHECK(world.verify() == Said{"changed 1"});
}

TEST_CASE("verify: what is missing or too much is found each way, with its mend", "[verify]") {
  World world(4);
  SECTION("a file") {
    std::filesystem::remove(world.file(2));
    CHECK(world.verify() == Said{"file missing 2"});
  }
  SECTION("a key") {
    REQUIRE(world.keys.remove(world.ids[2]).value());
    CHECK(world.verify() == Said{"key missing 2"});
  }
  SECTION("a row") {
    world.rows.erase(world.ids[2]);
    CHECK(world.verify() == Said{"row missing 2"});
  }
  SECTION("a file alone") {
    REQUIRE(world.keys.remove(world.ids[2]).value());
    world.rows.erase(world.ids[2]);
    CHECK(world.verify() == Said{"file extra 2"});
  }
  SECTION("a key alone") {
    std::filesystem::remove(world.file(2));
    world.rows.erase(world.ids[2]);
    CHECK(world.verify() == Said{"key extra 2"});
  }
  SECTION("a row alone") {
    std::filesystem::remove(world.file(2));
    REQUIRE(world.keys.remove(world.ids[2]).value());
    CHECK(world.verify() == Said{"row extra 2"});
  }
  SECTION("a file that is no recording") {
    std::ofstream(world.root / "note.txt") << "hello";
    CHECK(world.verify() == Said{"foreign 4"});
  }
  SECTION("a copy under way is none, and one that was left behind is") {
    const auto copy = world.root / "recording_x.wav.enc.compacting";
    std::ofstream(copy) << "half";
    CHECK(world.verify().empty());
    std::filesystem::last_write_time(
        copy, std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
    CHECK(world.verify() == Said{"foreign 4"});
  }
  SECTION("a file under another's name") {
    const auto path = world.file(1);
    std::filesystem::remove(path);
    std::filesystem::copy_file(world.file(0), path);
    CHECK(world.verify() == Said{"changed 1"});
  }
  SECTION("what is left of an erased recording") {
    world.rows[world.ids[2]].is_erased = true;
    CHECK(world.verify() == Said{"not erased 2"});
    REQUIRE(world.keys.remove(world.ids[2]).value());
    CHECK(world.verify() == Said{"file extra 2"});
    std::filesystem::remove(world.file(2));
    CHECK(world.verify().empty());
    REQUIRE(world.keys.create_key(world.ids[2], kNow).has_value());
    CHECK(world.verify() == Said{"key extra 2"});
  }
  SECTION("a recording that failed before it had a file") {
    world.rows[world.ids[2]].has_file = false;
    std::filesystem::remove(world.file(2));
    CHECK(world.verify() == Said{"key extra 2"});
    REQUIRE(world.keys.remove(world.ids[2]).value());
    CHECK(world.verify().empty());
  }
  SECTION("the marker of the location is its own") {
    std::ofstream(world.root / ".trunkline-storage") << "x";
    CHECK(world.verify().empty());
  }
  SECTION("a recording that runs, or that just began, is none of these") {
    world.rows[world.ids[1]].has_ended = false;
    std::filesystem::remove(world.file(1));
    const auto young = core::RecordingId::make(kNow + core::Seconds(5));
    REQUIRE(world.keys.create_key(young, kNow).has_value());
    CHECK(world.verify().empty());
  }
}

TEST_CASE("verify: a run that was stopped goes on where it was", "[verify]") {
  World world(150);
  world.flip(149, 300);
  world.stops_after = 1;
  CHECK(world.verify().empty());
  CHECK(world.opened.was_stopped);
  const std::uint64_t first = world.opened.recordings;
  CHECK(first < 150);
  world.stops_after = 0;
  CHECK(world.verify({.after = world.opened.last}) == Said{"changed 149"});
  CHECK(world.opened.recordings == 150 - first);
}

TEST_CASE("verify: a sample is a share, and another one for another seed", "[verify]") {
  World world(150);
  CHECK(world.verify({.per_thousand = 200, .seed = 1}).empty());
  const std::uint64_t some = world.opened.recordings;
  CHECK(some > 5);
  CHECK(some < 75);
  CHECK(world.verify({.per_thousand = 200, .seed = 1}).empty());
  CHECK(world.opened.recordings == some);
  CHECK(world.verify({.per_thousand = 0}).empty());
  CHECK(world.opened.recordings == 0);
}

TEST_CASE("verify: the rate is kept", "[verify]") {
  World world(2);
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t size = std::filesystem::file_size(world.file(0)) * 2;
  CHECK(world.verify({.bytes_per_second = size * 5}).empty());
  CHECK(std::chrono::steady_clock::now() - begun >= core::Milliseconds(190));
}

TEST_CASE("verify: a disk that is not mounted is a fault, not a million findings", "[verify]") {
  const World world(0);
  CHECK(find_files(world.root / "none").error() ==
        core::Fault{core::ExitCode::no_input,
                    "cannot find the recordings' folder '" + (world.root / "none").string() + "'",
                    "is its disk mounted? see recording.path"});
}

}  // namespace
}  // namespace trunkline::verify
