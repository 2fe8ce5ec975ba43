// SPDX-License-Identifier: MIT
#include "media/frames.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/hex.h"

namespace trunkline::media {
namespace {

/// "3:01ff00 s160" = a frame of three bytes, then 160 silent samples; "!" at the end = not whole.
std::string described(const Frames& frames) {
  std::string text;
  for (const Frame& frame : frames.frames) {
    if (!text.empty()) text += ' ';
    text += frame.bytes.empty() ? "s" + std::to_string(frame.silent_samples)
                                : std::to_string(frame.bytes.size());
  }
  return frames.is_whole ? text : text + '!';
}

}  // namespace

TEST_CASE("frames: payloads are cut as their format says", "[frames]") {
  CHECK(described(whole_payload({})) == "");
  CHECK(described(whole_payload(core::Bytes(160))) == "160");
  CHECK(described(equal_frames(core::Bytes(66), 33)) == "33 33");
  CHECK(described(equal_frames(core::Bytes(67), 33)) == "33 33!");
  CHECK(described(g729_frames(core::Bytes(20))) == "10 10");
  CHECK(described(g729_frames(core::Bytes(12))) == "10 s80");
  CHECK(described(g729_frames(core::Bytes(2))) == "s80");
  CHECK(described(g729_frames(core::Bytes(15))) == "10!");
  CHECK(described(g723_frames(core::Bytes(48))) == "24 24");
  CHECK(described(g723_frames(test::hex("02000000"))) == "s240");
  CHECK(described(g723_frames(test::hex("03"))) == "!");
  CHECK(described(g723_frames(core::Bytes(23))) == "!");
}

TEST_CASE("frames: AMR with bits packed and aligned to octets", "[frames]") {
  constexpr auto kNarrow = AmrBand::narrow;
  // CMR 15, one frame of type 7 (244 bits), good: 10 + 244 bits fill 32 bytes.
  core::Bytes packed(32);
  packed[0] = std::byte{0xF3};
  packed[1] = std::byte{0xC0};
  CHECK(described(amr_frames(packed, kNarrow, false)) == "32");
  CHECK(amr_frames(packed, kNarrow, false).frames[0].bytes[0] == std::byte{0x3C});
  packed.pop_back();
  CHECK(described(amr_frames(packed, kNarrow, false)) == "!");

  core::Bytes aligned(2 + 31);
  aligned[0] = std::byte{0xF0};
  aligned[1] = std::byte{0x3C};
  CHECK(described(amr_frames(aligned, kNarrow, true)) == "32");
  aligned[1] = std::byte{0x4C};  // type 9: not of AMR on a phone
  CHECK(described(amr_frames(aligned, kNarrow, true)) == "!");

  // Two frames: speech of the lowest mode, then comfort noise; and nothing at all.
  core::Bytes two(3 + 12 + 5);
  two[1] = std::byte{0x84};
  two[2] = std::byte{0x44};
  CHECK(described(amr_frames(two, kNarrow, true)) == "13 s160");
  CHECK(described(amr_frames(test::hex("f07c"), kNarrow, true)) == "s160");
  CHECK(described(amr_frames(test::hex("f07c"), AmrBand::wide, true)) == "s320");

  // A table of contents that never ends.
  CHECK(described(amr_frames(core::Bytes(2000, std::byte{0xFF}), kNarrow, true)) == "!");
  CHECK(described(amr_frames({}, kNarrow, false)) == "!");
}

}  // namespace trunkline::media
