// SPDX-License-Identifier: MIT
#include "packing/container.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace trunkline::packing {
namespace {

core::Result<Contents> read(core::ByteView bytes) {
  return read_contents(bytes.size(),
                       [&](std::uint64_t offset, std::span<std::byte> out) -> core::Result<void> {
                         REQUIRE(offset + out.size() <= bytes.size());
                         std::ranges::copy(bytes.subspan(offset, out.size()), out.begin());
                         return {};
                       });
}

TEST_CASE("packed container: its contents are read as they were written", "[packing]") {
  const Contents contents{.frames_per_block = 80'000, .frames = 200'000, .offsets = {0, 7, 12, 40}};
  core::Bytes bytes(40);  // the blocks
  const core::Bytes written = write_contents(contents);
  // lengths 7, 5, 28; then the end: magic, frames a block, blocks, frames
  CHECK(core::to_hex(written) ==
        "00000007"
        "00000005"
        "0000001c"
        "544c5041434b3031"
        "00013880"
        "00000003"
        "0000000000030d40");
  bytes.insert(bytes.end(), written.begin(), written.end());
  CHECK(read(bytes) == contents);
  CHECK(contents.frames_of(0) == 80'000);
  CHECK(contents.frames_of(2) == 40'000);
  const Contents nothing{.frames_per_block = 80'000};
  CHECK(read(write_contents(nothing)) == nothing);
}

TEST_CASE("packed container: what does not add up is a fault", "[packing]") {
  const Contents good{.frames_per_block = 100, .frames = 250, .offsets = {0, 7, 12, 40}};
  const auto fault_of = [](const Contents& contents, std::size_t blocks_size) {
    core::Bytes bytes(blocks_size);
    const core::Bytes written = write_contents(contents);
    bytes.insert(bytes.end(), written.begin(), written.end());
    const auto contents_read = read(bytes);
    REQUIRE_FALSE(contents_read);
    CHECK(contents_read.error().code == core::ExitCode::data);
    return contents_read.error().message;
  };
  CHECK(fault_of(good, 41) == "these are no packed samples: the lengths do not add up");
  CHECK(fault_of(good, 39) == "these are no packed samples: the lengths do not add up");
  for (const std::uint64_t frames : {0UL, 200UL, 301UL, ~0UL}) {
    Contents bad = good;
    bad.frames = frames;
    CHECK(fault_of(bad, 40) ==
          "these are no packed samples: blocks and frames do not fit each other");
  }
  Contents bad = good;
  bad.frames_per_block = 0;
  CHECK(fault_of(bad, 40) == "these are no packed samples: they cannot be so many");
  core::Bytes end = write_contents(good);
  CHECK(read(core::ByteView(end).last(23)).error().message ==
        "these are no packed samples: they are too short");
  CHECK(read(core::ByteView(end).last(24)).error().message ==
        "these are no packed samples: they cannot be so many");
  end[12] ^= std::byte{1};
  CHECK(read(end).error().message == "these are no packed samples: wrong last bytes");
}

}  // namespace
}  // namespace trunkline::packing
