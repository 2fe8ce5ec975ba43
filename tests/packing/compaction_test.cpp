// SPDX-License-Identifier: MIT
#include "packing/compaction.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "sealed/writer.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

namespace trunkline::packing {
namespace {

namespace fs = std::filesystem;
using sealed::Packing;

const core::Time kNow = test::FakeClock().wall();

/// One recording of 25 s and a bit: three blocks.
struct World {
  test::TemporaryDirectory directory;
  fs::path root = directory.path() / "recordings";
  keystore::KeyStore keys{directory.path() / "keys.db", keystore::KeyRing::generate(kNow)};
  core::RecordingId id = core::RecordingId::make(kNow);
  sealed::Format format;
  core::Bytes samples;
  fs::path path;

  explicit World(sealed::Codec codec = sealed::Codec::mulaw) : format{.codec = codec} {
    fs::create_directory(root);
    auto writer =
        sealed::Writer::create(root, {.recording = id, .format = format, .started_at = kNow}, keys)
            .value();
    std::uint32_t state = 1;
    for (int segment = 0; segment < 13; ++segment) {
      core::Bytes plain(segment == 12 ? 4004 : format.segment_size());
      for (std::byte& byte : plain) {
        state = state * 1'103'515'245U + 12'345U;
        byte = static_cast<std::byte>(0xff - (state >> 16U & 7U));
      }
      samples.insert(samples.end(), plain.begin(), plain.end());
      REQUIRE((segment == 12 ? writer.finalise(plain) : writer.append(plain)));
    }
    path = root / writer.relative_path();
  }
  core::Bytes read_all() const {
    auto source = Source::open(path, keys).value();
    core::Bytes bytes(source.size());
    REQUIRE(source.read(0, bytes) == bytes.size());
    return bytes;
  }
  std::size_t key_count() const { return keys.open_keys(id).value().size(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()));
  }
};

TEST_CASE("compaction: by FLAC all samples are there, in a smaller file, under the same key",
          "[packing]") {
  const auto codec = GENERATE(sealed::Codec::mulaw, sealed::Codec::alaw, sealed::Codec::s16le);
  World world(codec);
  const std::uint64_t before = fs::file_size(world.path);
  {
    auto work = Compaction::begin(world.path, world.id, world.keys).value();
    CHECK(work.packing() == Packing::none);
    CHECK(work.bytes().value() == before);
    const auto bytes = work.write(work.possible(Packing::flac));
    REQUIRE(bytes);
    if (codec != sealed::Codec::s16le) CHECK(bytes->value() < before * 3 / 4);
    // Both can be read until one takes the other's place.
    CHECK(world.read_all() == world.samples);
    REQUIRE(work.commit());
  }
  CHECK(world.read_all() == world.samples);
  CHECK(world.key_count() == 1);
  CHECK(world.files() == 1);
  auto source = Source::open(world.path, world.keys).value();
  CHECK(source.header().format.packing == Packing::flac);
  CHECK(source.header().started_at == kNow);
  CHECK(source.format().sample_rate == 8000);
  CHECK(Compaction::begin(world.path, world.id, world.keys)->packing() == Packing::flac);
  // Every segment opens.
  CHECK(sealed::Reader::open(world.path, world.keys)->verify(sealed::Expected::finalised));
}

TEST_CASE("compaction: any part can be read alone", "[packing]") {
  World world;
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::flac));
  REQUIRE(work.commit());
  auto source = Source::open(world.path, world.keys).value();
  CHECK(source.size() == world.samples.size());
  CHECK(source.duration() == core::Milliseconds(24'250));
  CHECK(source.offset_at(core::Milliseconds(10'000)) == 160'000);
  CHECK(source.offset_at(core::Milliseconds(-1)) == 0);
  CHECK(source.offset_at(core::Milliseconds(99'000)) == source.size());
  for (const std::size_t from : {0UL, 1UL, 159'990UL, 160'000UL, 320'001UL}) {
    core::Bytes part(50'000);
    REQUIRE(source.read(from, part) == part.size());
    CHECK(std::equal(part.begin(), part.end(),
                     world.samples.begin() + static_cast<std::ptrdiff_t>(from)));
  }
  core::Bytes end(100);
  CHECK(source.read(world.samples.size() - 4, end) == 4);
  CHECK(source.read(world.samples.size(), end) == 0);
}

TEST_CASE("compaction: by Opus the length is kept", "[packing]") {
  World world;
  const auto duration = Source::open(world.path, world.keys)->duration();
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::opus));
  REQUIRE(work.commit());
  const auto source = Source::open(world.path, world.keys).value();
  CHECK(source.header().format.packing == Packing::opus);
  CHECK(source.format().codec == audio::Codec::s16le);
  CHECK(source.duration() == duration);
  CHECK(source.size() == world.samples.size() * 2);
}

TEST_CASE("compaction: what is not committed leaves the old file and nothing else", "[packing]") {
  World world;
  {
    auto work = Compaction::begin(world.path, world.id, world.keys).value();
    REQUIRE(work.write(Packing::flac));
    CHECK(world.files() == 2);
  }
  CHECK(world.files() == 1);
  CHECK(world.read_all() == world.samples);
}

TEST_CASE("compaction: what a crash left beside the file is written over", "[packing]") {
  World world;
  std::ofstream(world.path.string() + std::string(kUnderWay)) << "half";
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::flac));
  REQUIRE(work.commit());
  CHECK(world.files() == 1);
  CHECK(world.read_all() == world.samples);
}

TEST_CASE("compaction: of two keys, as a crashed recovery leaves them, the fitting one is used",
          "[packing]") {
  World world;
  REQUIRE(world.keys.create_key(world.id, kNow));
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::flac));
  REQUIRE(work.commit());
  CHECK(world.read_all() == world.samples);
}

TEST_CASE("compaction: old and new file open under one key, and neither without it", "[packing]") {
  World world;
  const fs::path backup = world.directory.path() / "backup";
  fs::copy_file(world.path, backup);
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::flac));
  REQUIRE(work.commit());
  CHECK(sealed::Reader::open(backup, world.keys)->header().salt !=
        Source::open(world.path, world.keys)->header().salt);
  REQUIRE(world.keys.remove(world.id).value());
  CHECK_FALSE(sealed::Reader::open(backup, world.keys));
  CHECK_FALSE(Source::open(world.path, world.keys));
}

TEST_CASE("compaction: a file without its end, or that no key opens, is left alone", "[packing]") {
  World world;
  fs::resize_file(world.path, fs::file_size(world.path) - 100);
  CHECK_FALSE(Compaction::begin(world.path, world.id, world.keys));
  fs::resize_file(world.path, 300);
  CHECK_FALSE(Compaction::begin(world.path, world.id, world.keys));
  CHECK(Compaction::begin(world.path, core::RecordingId::make(kNow), world.keys).error().code ==
        core::ExitCode::no_input);
}

TEST_CASE("compaction: a changed byte is found when it is read", "[packing]") {
  World world;
  auto work = Compaction::begin(world.path, world.id, world.keys).value();
  REQUIRE(work.write(Packing::flac));
  REQUIRE(work.commit());
  std::fstream stream(world.path, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(300);
  const int byte = stream.get();
  stream.seekp(300);
  stream.put(static_cast<char>(byte ^ 1));
  stream.close();
  auto source = Source::open(world.path, world.keys).value();
  core::Bytes bytes(100);
  const auto got = source.read(0, bytes);
  REQUIRE_FALSE(got);
  CHECK(got.error() ==
        core::Fault{core::ExitCode::data,
                    world.path.string() + " was changed: segment 0 is not what was written",
                    "restore the file from its backup"});
}

}  // namespace
}  // namespace trunkline::packing
