// SPDX-License-Identifier: MIT
#include "mediaplane/spool.h"

#include <catch2/catch.hpp>
#include <vector>

namespace trunkline::mediaplane {
namespace {

using std::chrono::milliseconds;

struct SpooledBlocks {
  std::vector<SpoolBlock> blocks;
  Spool spool{7, [this](SpoolBlock block) { blocks.push_back(std::move(block)); }};
  core::RecordingId id = core::RecordingId::make(core::Time{});

  std::vector<SpooledPacket> packets() const {
    std::vector<SpooledPacket> all;
    for (const SpoolBlock& block : blocks) {
      std::size_t offset = 0;
      while (const auto packet = block.next(offset)) all.push_back(*packet);
    }
    return all;
  }
};

}  // namespace

TEST_CASE("spool: packets leave in order, whole, and with their time", "[spool]") {
  SpooledBlocks spooled;
  for (int i = 0; i < 1000; ++i) {
    const core::Bytes packet(static_cast<std::size_t>(12 + i), static_cast<std::byte>(i));
    spooled.spool.put(spooled.id, i % 2 == 0 ? recording::Leg::caller : recording::Leg::called,
                      core::SteadyTime(milliseconds(i)), packet);
  }
  CHECK(spooled.blocks.size() == 8);  // half a megabyte and the heads
  for (const SpoolBlock& block : spooled.blocks) {
    CHECK(block.memory() == Spool::kBlockBytes);
    CHECK_FALSE(block.complete_until());
    CHECK(block.spool() == 7);
  }
  spooled.spool.flush(core::SteadyTime(milliseconds(1000)));
  CHECK(spooled.blocks.back().complete_until() == core::SteadyTime(milliseconds(1000)));
  const auto packets = spooled.packets();
  REQUIRE(packets.size() == 1000);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const bool is_as_put =
        packets[i].recording == spooled.id &&
        packets[i].leg == (i % 2 == 0 ? recording::Leg::caller : recording::Leg::called) &&
        packets[i].at == core::SteadyTime(milliseconds(i)) && packets[i].bytes.size() == 12 + i &&
        packets[i].bytes.back() == static_cast<std::byte>(i);
    if (!is_as_put) FAIL("packet " << i);
  }
}

TEST_CASE("spool: a flush without packets tells the time, a monstrous packet is cut", "[spool]") {
  SpooledBlocks spooled;
  spooled.spool.flush(core::SteadyTime(milliseconds(5)));
  REQUIRE(spooled.blocks.size() == 1);
  CHECK(spooled.packets().empty());
  CHECK(spooled.blocks[0].memory() == 0);
  spooled.spool.put(spooled.id, recording::Leg::caller, {}, core::Bytes(100'000));
  spooled.spool.flush({});
  REQUIRE(spooled.packets().size() == 1);
  CHECK(spooled.packets()[0].bytes.size() == Spool::kLongest);
}

}  // namespace trunkline::mediaplane
