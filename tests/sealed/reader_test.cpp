// SPDX-License-Identifier: MIT
#include "sealed/reader.h"

#include <catch2/catch.hpp>

#include "crypto/crc32c.h"
#include "sealed/samples.h"

namespace trunkline::sealed {
namespace {

constexpr std::size_t kWhole = 32;  // a tiny segment with its tag

std::string verified(const World& world, Expected expected) {
  auto reader = world.read();
  if (!reader) return reader.error().message;
  const auto result = reader->verify(expected);
  return result ? "fine" : result.error().message;
}

TEST_CASE("reader: gives back what was written, by segments and from any offset", "[sealed]") {
  World world;
  const std::size_t last = GENERATE(0U, 2U, 14U, 16U);
  {
    Writer writer = world.write(3);
    REQUIRE(writer.finalise(plaintext(last, 48)).has_value());
  }
  Reader reader = world.reader();
  CHECK(reader.is_finalised());
  CHECK(reader.segments() == 4);
  CHECK(reader.size() == 48 + last);
  CHECK(reader.torn_bytes() == 0);
  CHECK(reader.header().started_at == kStart);
  const core::Bytes expected = plaintext(48 + last);
  CHECK(all_of(reader) == expected);
  for (std::size_t from = 0; from <= expected.size(); ++from)
    for (const std::size_t size : {1U, 15U, 17U, 100U}) {
      core::Bytes bytes(size);
      const std::size_t count = reader.read(from, bytes).value();
      REQUIRE(count == std::min(size, expected.size() - from));
      CHECK(std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                       expected.begin() + static_cast<std::ptrdiff_t>(from)));
    }
  CHECK(reader.segment(4).error().code == core::ExitCode::no_input);
  CHECK(verified(world, Expected::finalised) == "fine");
}

TEST_CASE("reader: a moment's place is the frame that plays then", "[sealed]") {
  World world;
  const Format format{.codec = Codec::alaw, .channels = 2, .sample_rate = 8000, .segment_ms = 20};
  {
    Writer writer = world.create(format);
    for (int i = 0; i < 5; ++i) REQUIRE(writer.append(plaintext(320)).has_value());
    REQUIRE(writer.finalise(plaintext(160)).has_value());
  }
  const Reader reader = world.reader();
  CHECK(reader.duration() == core::Milliseconds(110));
  CHECK(reader.offset_at(core::Milliseconds(-5)) == 0);
  CHECK(reader.offset_at(core::Milliseconds(0)) == 0);
  CHECK(reader.offset_at(core::Milliseconds(1)) == 16);
  CHECK(reader.offset_at(core::Milliseconds(30)) == 480);
  CHECK(reader.offset_at(core::Milliseconds(110)) == 1760);
  CHECK(reader.offset_at(core::Milliseconds(std::numeric_limits<std::int64_t>::max())) == 1760);
}

TEST_CASE("reader: an empty recording is a recording", "[sealed]") {
  World world;
  REQUIRE(world.create().finalise({}).has_value());
  Reader reader = world.reader();
  CHECK(reader.is_finalised());
  CHECK(reader.size() == 0);
  CHECK(reader.duration() == core::Milliseconds(0));
  CHECK(verified(world, Expected::finalised) == "fine");
}

TEST_CASE("reader: plays the whole segments of a file that is not finalised", "[sealed]") {
  World world;
  { const Writer writer = world.write(3); }  // as a crash leaves it
  const std::size_t torn = GENERATE(0U, 1U, 15U, 16U, 17U, 31U);
  set_content(world.path, content_of(world.path) + std::string(torn, 'x'));
  Reader reader = world.reader();
  CHECK_FALSE(reader.is_finalised());
  CHECK(reader.segments() == 3);
  CHECK(reader.torn_bytes() == torn);
  CHECK(all_of(reader) == plaintext(48));
  CHECK(verified(world, Expected::anything) == "fine");
  CHECK(verified(world, Expected::finalised) ==
        world.path.native() + " was cut: it ends after 3 segments and " + std::to_string(torn) +
            " bytes, without its last segment");
}

TEST_CASE("reader: follows a file that grows", "[sealed]") {
  World world;
  Writer writer = world.create();
  Reader reader = world.reader();
  CHECK(reader.segments() == 0);
  REQUIRE(writer.append(plaintext(16)).has_value());
  REQUIRE(reader.refresh().has_value());
  CHECK(reader.segments() == 1);
  CHECK(all_of(reader) == plaintext(16));
  REQUIRE(writer.finalise(plaintext(6, 16)).has_value());
  REQUIRE(reader.refresh().has_value());
  CHECK(reader.is_finalised());
  CHECK(all_of(reader) == plaintext(22));
}

TEST_CASE("reader: a cut finalised file is found by who knows that it was one", "[sealed]") {
  World world;
  {
    Writer writer = world.write(3);
    REQUIRE(writer.finalise(plaintext(6, 48)).has_value());
  }
  const std::string whole = content_of(world.path);
  for (std::size_t size = kHeaderSize; size < whole.size(); ++size) {
    CAPTURE(size);
    set_content(world.path, whole.substr(0, size));
    const std::size_t segments = (size - kHeaderSize) / kWhole;
    CHECK(verified(world, Expected::finalised) ==
          world.path.native() + " was cut: it ends after " + std::to_string(segments) +
              " segments and " + std::to_string((size - kHeaderSize) % kWhole) +
              " bytes, without its last segment");
    Reader reader = world.reader();
    CHECK_FALSE(reader.is_finalised());
    CHECK(all_of(reader) == plaintext(16 * segments));
  }
}

TEST_CASE("reader: a file that is shorter than its header is told so", "[sealed]") {
  World world;
  { const Writer writer = world.write(1); }
  set_content(world.path, content_of(world.path).substr(0, GENERATE(0U, 100U, 255U)));
  CHECK(world.read().error().message == "cannot read " + world.path.native() +
                                            ": this is not a sealed file: it is shorter than a "
                                            "header");
}

TEST_CASE("reader: appended bytes are found, however many", "[sealed]") {
  World world;
  const std::size_t last = GENERATE(0U, 6U, 16U);
  {
    Writer writer = world.write(2);
    REQUIRE(writer.finalise(plaintext(last, 32)).has_value());
  }
  const std::string whole = content_of(world.path);
  for (const std::size_t count : {1U, 16U, 17U, 32U, 33U, 64U, 100U}) {
    CAPTURE(last, count);
    const std::string message = world.path.native() + " was changed: " + std::to_string(count) +
                                " bytes were appended after its end";
    set_content(world.path, whole + std::string(count, 'x'));
    CHECK(verified(world, Expected::anything) == message);
    // Also bytes that come from the file itself.
    set_content(world.path, whole + whole.substr(kHeaderSize, std::min<std::size_t>(count, 32)));
    CHECK(verified(world, Expected::anything).find("bytes were appended after its end") !=
          std::string::npos);
  }
}

TEST_CASE("reader: one changed bit is found where it is, and the rest still plays", "[sealed]") {
  World world;
  {
    Writer writer = world.write(3);
    REQUIRE(writer.finalise(plaintext(6, 48)).has_value());
  }
  const std::string whole = content_of(world.path);
  for (const std::size_t segment : {0U, 1U, 2U}) {
    for (const std::size_t at : {0U, 15U, 16U, 31U}) {
      CAPTURE(segment, at);
      std::string changed = whole;
      changed[kHeaderSize + segment * kWhole + at] ^= 0x20;
      set_content(world.path, changed);
      CHECK(verified(world, Expected::finalised) == world.path.native() + " was changed: segment " +
                                                        std::to_string(segment) +
                                                        " at 0:00 is not what was recorded");
      Reader reader = world.reader();
      for (const std::uint32_t other : {0U, 1U, 2U, 3U})
        CHECK(reader.segment(other).has_value() == (other != segment));
      core::Bytes bytes(1);
      CHECK_FALSE(reader.read(segment * 16, bytes).has_value());
    }
  }
}

TEST_CASE("reader: segments that changed places or came twice are found", "[sealed]") {
  World world;
  { const Writer writer = world.write(4); }
  std::string content = content_of(world.path);
  const auto part = [&](std::size_t index) {
    return content.substr(kHeaderSize + index * kWhole, kWhole);
  };
  const std::string header = content.substr(0, kHeaderSize);
  SECTION("exchanged") {
    set_content(world.path, header + part(1) + part(0) + part(2) + part(3));
    CHECK(verified(world, Expected::anything).find("segment 0 at 0:00") != std::string::npos);
  }
  SECTION("one is missing") {
    set_content(world.path, header + part(0) + part(2) + part(3));
    CHECK(verified(world, Expected::anything).find("segment 1 at 0:00") != std::string::npos);
  }
  SECTION("one comes twice") {
    set_content(world.path, header + part(0) + part(0) + part(1));
    CHECK(verified(world, Expected::anything).find("segment 1 at 0:00") != std::string::npos);
  }
}

TEST_CASE("reader: a changed header opens nothing, a damaged one is told at once", "[sealed]") {
  World world;
  {
    Writer writer = world.write(2);
    REQUIRE(writer.finalise({}).has_value());
  }
  std::string content = content_of(world.path);
  content[85] ^= 1;  // the start
  set_content(world.path, content);
  CHECK(world.read().error().message ==
        "cannot read " + world.path.native() + ": the sealed file's header is damaged");
  // With a fitting CRC it is no accident.
  const auto header = core::as_bytes(std::string_view(content)).first(kHeaderSize);
  HeaderBytes again{};
  std::copy(header.begin(), header.end(), again.begin());
  core::write_u32(again, 252, crypto::crc32c(core::ByteView(again).first(252)));
  content.replace(0, kHeaderSize, core::as_text(again));
  set_content(world.path, content);
  CHECK(world.read().error().message ==
        "cannot open " + world.path.native() + ": its key opens none of its segments");
}

TEST_CASE("reader: without its key a recording is gone", "[sealed]") {
  World world;
  REQUIRE(world.create().finalise({}).has_value());
  REQUIRE(world.keys.remove(world.recording).value());
  const auto erased = world.read();
  CHECK(erased.error().code == core::ExitCode::no_input);
  CHECK(erased.error().message == "cannot read " + world.path.native() +
                                      ": there is no key for recording " + world.recording.text() +
                                      ": it was erased, or never recorded here");
}

TEST_CASE("reader: a second key in the store does not hide the one that fits", "[sealed]") {
  World world;
  {
    Writer writer = world.write(2);
    REQUIRE(writer.finalise({}).has_value());
  }
  REQUIRE(world.keys.create_key(world.recording, kStart).has_value());
  Reader reader = world.reader();
  CHECK(all_of(reader) == plaintext(32));
}

TEST_CASE("reader: what is not a file is refused", "[sealed]") {
  World world;
  CHECK(Reader::open(world.root / "missing", world.keys).error().message ==
        "cannot open " + (world.root / "missing").native() + ": no such file or directory");
  CHECK(Reader::open(world.root, world.keys).error().message ==
        "cannot read " + world.root.native() + ": not a file");
}

}  // namespace
}  // namespace trunkline::sealed
