// SPDX-License-Identifier: MIT
#include "rtp/rtcp.h"

#include <catch2/catch.hpp>

#include <vector>

namespace trunkline::rtp {
namespace {

core::Bytes from_hex(std::string_view hex) {
  return core::from_hex(hex).value();
}

/// What most phones send: a sender report with one block, and their name.
core::Bytes usual_compound() {
  return from_hex(
      "81c8000c"          // V=2, one block, SR, 13 words
      "00000001"          // sender
      "0102030405060708"  // NTP
      "00000064"          // RTP timestamp 100
      "0000000a"
      "00000640"  // 10 packets, 1600 octets
      "00000002"  // block: of source 2
      "40ffffff"  // a quarter lost, -1 in all
      "00010005"
      "00000010"  // extended highest, jitter
      "0a0b0c0d"
      "00010000"  // last SR, delay 1 s
      "81ca0003"  // SDES, one chunk, 4 words
      "00000001"
      "0103612e62"  // source 1, CNAME "a.b"
      "000000");    // end, filled up
}

TEST_CASE("rtcp: reports and names of a compound are read", "[rtp]") {
  const auto bytes = usual_compound();
  const auto compound = parse_compound(bytes);
  REQUIRE(compound);
  REQUIRE(compound->size() == 2);
  const auto& report = (*compound)[0];
  const auto sender = sender_info(report);
  REQUIRE(sender);
  CHECK(sender->ssrc == Ssrc(1));
  CHECK(sender->ntp_timestamp == 0x0102030405060708);
  CHECK(sender->rtp_timestamp == RtpTimestamp(100));
  CHECK(sender->packets == 10);
  CHECK(sender->octets == 1600);
  REQUIRE(report_count(report) == 1);
  const auto block = report_block(report, 0);
  CHECK(block.ssrc == Ssrc(2));
  CHECK(block.fraction_lost == 64);
  CHECK(block.cumulative_lost == -1);
  CHECK(block.extended_highest == 0x00010005);
  CHECK(block.jitter == 16);
  CHECK(block.last_sender_report == 0x0a0b0c0d);
  CHECK(block.delay_since_last == 65536);
  CHECK(canonical_name((*compound)[1]) == "a.b");
  CHECK_FALSE(canonical_name(report));
}

TEST_CASE("rtcp: every cut of a compound is refused or shorter", "[rtp]") {
  const auto bytes = usual_compound();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto compound = parse_compound(core::ByteView(bytes).first(size));
    // Only the cut between the two packets is a compound.
    CHECK(compound.has_value() == (size == 52));
  }
}

TEST_CASE("rtcp: what is no compound is refused", "[rtp]") {
  const std::vector<std::string> rows = {
      "41c90001"
      "00000001",  // version 1
      "82c90001"
      "00000001",  // two blocks promised, none there
      "80c80001"
      "00000001",  // an SR without its sender info
      "82cb0001"
      "00000001",  // a BYE of two sources with one
      "a0c90002"
      "00000001"
      "00000000",  // padding of zero bytes
      "a0c90002"
      "00000001"
      "000000ff",  // more padding than packet
      "a0c90002"
      "00000001"
      "00000004"
      "80c90001"
      "00000001",  // padding before the end
      "80c9ffff"
      "00000001",  // a length past the end
  };
  for (const auto& hex : rows) {
    INFO(hex);
    CHECK_FALSE(parse_compound(from_hex(hex)));
  }
  core::Bytes many;
  const auto one = from_hex(
      "80c90001"
      "00000001");
  for (std::size_t i = 0; i < kMaxCompoundPackets; ++i) {
    many.insert(many.end(), one.begin(), one.end());
  }
  CHECK(parse_compound(many));
  many.insert(many.end(), one.begin(), one.end());
  CHECK_FALSE(parse_compound(many));
}

TEST_CASE("rtcp: padding of the last packet and unknown types are accepted", "[rtp]") {
  const auto padded = from_hex(
      "80d20001"
      "00000001"
      "a0c90002"
      "00000001"
      "00000004");
  const auto compound = parse_compound(padded);
  REQUIRE(compound);
  CHECK((*compound)[0].type == static_cast<RtcpType>(210));
  CHECK((*compound)[1].body.size() == 4);
}

TEST_CASE("rtcp: source descriptions do not read outside", "[rtp]") {
  const std::vector<std::string> rows = {
      "81ca0001"
      "00000001",  // no items, no end
      "81ca0002"
      "00000001"
      "01ff6161",  // an item longer than the packet
      "81ca0002"
      "00000001"
      "06016101",  // an item's type without length
      "82ca0002"
      "00000001"
      "00000000",  // a second chunk that is not there
      "9fca0000",  // 31 chunks in nothing
  };
  for (const auto& hex : rows) {
    const auto bytes = from_hex(hex);
    const auto compound = parse_compound(bytes);
    REQUIRE(compound);
    CHECK_FALSE(canonical_name((*compound)[0]));
  }
}

TEST_CASE("rtcp: what is written is read back", "[rtp]") {
  core::Bytes out(200);
  const std::vector<ReportBlock> blocks = {
      {.ssrc = Ssrc(7),
       .fraction_lost = 3,
       .cumulative_lost = -5,
       .extended_highest = 70000,
       .jitter = 9,
       .last_sender_report = 11,
       .delay_since_last = 12},
      {.ssrc = Ssrc(8), .fraction_lost = 255, .cumulative_lost = 0x7fffffff}};
  std::size_t size = write_sender_report(
      out, {.ssrc = Ssrc(1), .ntp_timestamp = 99, .packets = 5, .octets = 6}, blocks);
  CHECK(size == sender_report_bytes(2));
  size += write_bye(std::span(out).subspan(size), Ssrc(1));
  const auto compound = parse_compound(core::ByteView(out).first(size));
  REQUIRE(compound);
  CHECK(sender_info((*compound)[0])->ntp_timestamp == 99);
  CHECK(report_block((*compound)[0], 0).cumulative_lost == -5);
  CHECK(report_block((*compound)[0], 1).cumulative_lost == 0x7fffff);
  std::vector<Ssrc> sources(4);
  CHECK(bye_sources((*compound)[1], sources) == 1);
  CHECK(sources[0] == Ssrc(1));

  size = write_receiver_report(out, Ssrc(1), blocks);
  const auto receiver = parse_compound(core::ByteView(out).first(size));
  REQUIRE(receiver);
  CHECK(report_block((*receiver)[0], 0).extended_highest == 70000);
  CHECK(report_block((*receiver)[0], 0).delay_since_last == 12);
}

}  // namespace
}  // namespace trunkline::rtp
