// SPDX-License-Identifier: MIT
#include "rtp/latch.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace trunkline::rtp {
namespace {

os::Address at(std::string_view text) {
  return os::Address::parse(text).value();
}

const auto kPhone = at("192.0.2.10:4000");      // as its SDP says
const auto kPhoneNat = at("192.0.2.10:61000");  // the same IP, a port its NAT chose
const auto kOtherPort = at("192.0.2.10:62000");
const auto kGateway = at("203.0.113.5:4000");  // where its SIP came from
const auto kStranger = at("198.51.100.66:4000");
const auto kStranger2 = at("198.51.100.67:4000");

/// One letter a packet: 'a' accepted, 'L' latched, '.' refused.
std::string verdicts(Latch& latch, const std::vector<os::Address>& packets) {
  std::string text;
  for (const auto& from : packets) {
    switch (latch.on_packet(from)) {
      case Latch::Verdict::accepted:
        text += 'a';
        break;
      case Latch::Verdict::latched:
        text += 'L';
        break;
      case Latch::Verdict::refused:
        text += '.';
        break;
    }
  }
  return text;
}

TEST_CASE("latch: who speaks first, and who wins", "[rtp]") {
  struct Row {
    std::string what;
    Expectation expectation;
    std::vector<os::Address> packets;
    std::string verdicts;
  };
  const Expectation announced{.announced = kPhone};
  const Expectation nat{.announced = at("10.0.0.7:4000"), .signalling = kGateway};
  const Expectation nothing{};
  const Expectation strict{.announced = kPhone, .mode = LatchMode::known_only};
  const Expectation direct{.announced = kPhone, .signalling = at("192.0.2.10:5060")};
  const auto& s = kStranger;
  const auto& t = kStranger2;
  const auto& p = kPhone;
  const auto& n = kPhoneNat;
  const auto& o = kOtherPort;
  const auto& g = kGateway;
  const std::vector<Row> rows = {
      {"the announced source is taken at once", announced, {p, p}, "La"},
      {"a stranger after it is refused for ever", announced, {p, s, s, s, s, s, p}, "L.....a"},
      {"its own IP on another port, too", announced, {p, n, n, n, n, p}, "L....a"},
      {"a stranger before it needs three packets", announced, {s, s, p, s, s, s}, "..L..."},
      {"a stranger who was first loses to it", announced, {s, s, s, s, p, s}, "..LaL."},
      {"a NAT's port is learnt", announced, {n, n, n, n}, "..La"},
      {"a NAT's port wins over a stranger", announced, {s, s, s, n, s, n, s, n, s}, "..L.a.aL."},
      {"of two on the same IP the first stays", announced, {n, n, n, o, o, o, o, n}, "..L....a"},
      {"the signalling's IP is known", nat, {g, g, g, s, s, s}, "..L..."},
      {"the signalling's IP wins over a stranger", nat, {s, s, s, g, g, g, s}, "..L..L."},
      {"a flood of strangers delays nobody", nat, {g, s, t, g, s, t, g, s}, "...... L."},
      {"with nothing announced the first is taken", nothing, {s, s, s, s, t, t, t}, "..La..."},
      {"strangers in turn do not latch", nothing, {s, t, s, t, s, t}, "......"},
      {"without a NAT between a stranger never does", direct, {s, s, s, s, n, n, n, p}, "......LL"},
      {"in strict mode a stranger never does", strict, {s, s, s, s, s, n, n, n}, ".......L"},
  };
  for (const auto& row : rows) {
    INFO(row.what);
    Latch latch(row.expectation);
    auto wanted = row.verdicts;
    std::erase(wanted, ' ');
    CHECK(verdicts(latch, row.packets) == wanted);
  }
}

TEST_CASE("latch: only an exact source is final", "[rtp]") {
  Latch latch({.announced = kPhone});
  CHECK_FALSE(latch.is_latched());
  CHECK(latch.destination() == kPhone);
  verdicts(latch, {kPhoneNat, kPhoneNat, kPhoneNat});
  CHECK(latch.is_latched());
  CHECK_FALSE(latch.is_final());
  CHECK(latch.destination() == kPhoneNat);
  CHECK(verdicts(latch, {kPhone}) == "L");
  CHECK(latch.is_final());
  CHECK(latch.source() == kPhone);
}

TEST_CASE("latch: signalling moves a source, and the old one is heard until then", "[rtp]") {
  Latch latch({.announced = kPhone});
  verdicts(latch, {kPhone});
  const auto moved = at("192.0.2.20:5000");
  latch.expect({.announced = moved});
  CHECK_FALSE(latch.is_final());
  CHECK(latch.destination() == moved);
  CHECK(verdicts(latch, {kPhone, kPhone, moved, kPhone, moved}) == "aaL.a");
  CHECK(latch.destination() == moved);
}

TEST_CASE("latch: after signalling a source of the same rank may follow a silent one", "[rtp]") {
  Latch latch({.announced = kPhone});
  verdicts(latch, {kPhoneNat, kPhoneNat, kPhoneNat});
  CHECK(verdicts(latch, {kOtherPort, kOtherPort, kOtherPort}) == "...");
  latch.expect({.announced = at("192.0.2.10:4002")});
  CHECK(verdicts(latch, {kOtherPort, kPhoneNat, kOtherPort, kPhoneNat}) == ".a.a");
  CHECK(verdicts(latch, {kOtherPort, kOtherPort, kOtherPort, kPhoneNat}) == "..L.");
}

TEST_CASE("latch: a source that goes on speaking is kept, and closes the door again", "[rtp]") {
  Latch latch({.announced = kPhone});
  verdicts(latch, {kPhoneNat, kPhoneNat, kPhoneNat});
  const auto announced = at("192.0.2.10:4002");
  latch.expect({.announced = announced});
  CHECK(latch.destination() == announced);
  for (unsigned i = 1; i < Latch::kReturnPackets; ++i) {
    CHECK(latch.on_packet(kPhoneNat) == Latch::Verdict::accepted);
  }
  CHECK(latch.on_packet(kPhoneNat) == Latch::Verdict::latched);
  CHECK(latch.destination() == kPhoneNat);
  for (unsigned i = 0; i < Latch::kSettlePackets; ++i) latch.on_packet(kPhoneNat);
  CHECK(verdicts(latch, {kOtherPort, kOtherPort, kOtherPort, kOtherPort}) == "....");
  CHECK(verdicts(latch, {announced}) == "L");
}

TEST_CASE("latch: the same offer again and hold change nothing", "[rtp]") {
  Latch latch({.announced = kPhone});
  verdicts(latch, {kPhone});
  latch.expect({.announced = kPhone});
  CHECK(latch.is_final());
  latch.expect({.announced = at("0.0.0.0:4000")});
  CHECK(latch.is_final());
  latch.expect({});
  CHECK(latch.is_final());
  CHECK(latch.destination() == kPhone);
  CHECK(verdicts(latch, {kStranger, kStranger, kStranger, kStranger}) == "....");
}

}  // namespace
}  // namespace trunkline::rtp
