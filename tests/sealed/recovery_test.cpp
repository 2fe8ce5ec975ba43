// SPDX-License-Identifier: MIT
#include "sealed/recovery.h"

#include <catch2/catch.hpp>

#include "sealed/samples.h"

namespace trunkline::sealed {
namespace {

const core::Time kLater = kStart + std::chrono::minutes(5);

std::size_t files_in(const std::filesystem::path& folder) {
  const auto files = std::filesystem::directory_iterator(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST_CASE("recovery: finishes a file that a crash left, under a new key", "[sealed]") {
  World world;
  const auto whole = static_cast<std::uint8_t>(GENERATE(0, 1, 2, 5));
  const std::size_t torn = GENERATE(0U, 20U);
  const Header before = world.write(whole).header();
  set_content(world.path, content_of(world.path) + std::string(torn, 'x'));
  const std::string old_content = content_of(world.path);
  const auto old_key = world.keys.open_key(world.recording).value();

  const auto recovered = finalise_truncated(world.path, world.keys, kLater);
  REQUIRE(recovered.has_value());
  CHECK_FALSE(recovered->was_finalised);
  CHECK(recovered->segments == std::max<std::uint32_t>(whole, 1));
  CHECK(recovered->silenced == 0);
  CHECK(recovered->dropped_bytes == torn);
  CHECK(recovered->duration == core::Milliseconds(whole));
  CHECK(recovered->bytes == core::ByteCount(content_of(world.path).size()));
  CHECK(recovered->key_id == old_key.wrapped_by);

  Reader reader = world.reader();
  CHECK(reader.is_finalised());
  CHECK(all_of(reader) == plaintext(16U * whole));
  CHECK(reader.verify(Expected::finalised).has_value());
  CHECK(reader.header() == recovered->header);
  CHECK(reader.header().started_at == before.started_at);
  CHECK(reader.header().salt != before.salt);
  // Nothing is left of the old one: neither a file nor a key that opens a copy of it.
  CHECK(files_in(world.path.parent_path()) == 1);
  CHECK(world.keys.open_keys(world.recording).value().size() == 1);
  if (whole > 0) {
    set_content(world.path, old_content);
    CHECK_FALSE(world.read().has_value());
  }
}

TEST_CASE("recovery: leaves a finalised file alone", "[sealed]") {
  World world;
  {
    Writer writer = world.write(2);
    REQUIRE(writer.finalise(plaintext(4, 32)).has_value());
  }
  const std::string before = content_of(world.path);
  const auto recovered = finalise_truncated(world.path, world.keys, kLater);
  REQUIRE(recovered.has_value());
  CHECK(recovered->was_finalised);
  CHECK(recovered->segments == 3);
  CHECK(recovered->bytes == core::ByteCount(before.size()));
  CHECK(content_of(world.path) == before);
}

TEST_CASE("recovery: a damaged segment becomes silence, so that the rest stays in time",
          "[sealed]") {
  World world;
  { const Writer writer = world.write(4); }
  std::string content = content_of(world.path);
  const std::size_t damaged = GENERATE(0U, 1U, 3U);
  content.replace(kHeaderSize + damaged * 32, 32, 32, '\0');  // as a disk that lost power leaves it
  set_content(world.path, content);
  const auto recovered = finalise_truncated(world.path, world.keys, kLater);
  REQUIRE(recovered.has_value());
  CHECK(recovered->silenced == 1);
  CHECK(recovered->segments == 4);
  core::Bytes expected = plaintext(64);
  std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(16 * damaged), 16, std::byte{0xff});
  Reader reader = world.reader();
  CHECK(all_of(reader) == expected);
}

TEST_CASE("recovery: can be repeated from wherever it was interrupted", "[sealed]") {
  World world;
  { const Writer writer = world.write(3); }
  SECTION("after the new key was made") {
    REQUIRE(world.keys.create_key(world.recording, kLater).has_value());
  }
  SECTION("in the middle of the new file") {
    REQUIRE(world.keys.create_key(world.recording, kLater).has_value());
    set_content(world.path.native() + ".recovering", "half a file");
  }
  SECTION("after the new file took its place") {
    REQUIRE(finalise_truncated(world.path, world.keys, kLater).has_value());
    // Keys that were not dropped, a newer one even: the one that fits is never thrown away.
    REQUIRE(world.keys.create_key(world.recording, kLater).has_value());
    CHECK(finalise_truncated(world.path, world.keys, kLater)->was_finalised);
    Reader reader = world.reader();
    CHECK(all_of(reader) == plaintext(48));
    return;
  }
  const auto recovered = finalise_truncated(world.path, world.keys, kLater);
  REQUIRE(recovered.has_value());
  Reader reader = world.reader();
  CHECK(reader.is_finalised());
  CHECK(all_of(reader) == plaintext(48));
  CHECK(files_in(world.path.parent_path()) == 1);
  CHECK(world.keys.open_keys(world.recording).value().size() == 1);
}

TEST_CASE("recovery: what cannot be recovered stays as it is, and says why", "[sealed]") {
  World world;
  { const Writer writer = world.write(3); }
  std::string content = content_of(world.path);
  SECTION("its key is gone") {
    REQUIRE(world.keys.remove(world.recording).value());
    CHECK(finalise_truncated(world.path, world.keys, kLater).error().code ==
          core::ExitCode::no_input);
  }
  SECTION("nothing opens") {
    content.replace(kHeaderSize, 96, 96, 'x');
    set_content(world.path, content);
    CHECK(finalise_truncated(world.path, world.keys, kLater).error().message ==
          "cannot open " + world.path.native() + ": its key opens none of its segments");
  }
  SECTION("the header was never written") {
    content.clear();
    set_content(world.path, content);
    CHECK(finalise_truncated(world.path, world.keys, kLater).error().code == core::ExitCode::data);
  }
  CHECK(content_of(world.path) == content);
  CHECK(files_in(world.path.parent_path()) == 1);
}

}  // namespace
}  // namespace trunkline::sealed
