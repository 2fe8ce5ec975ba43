// SPDX-License-Identifier: MIT
#include "sip/stun.h"

#include <catch2/catch.hpp>

#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

core::Bytes hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits += c;
  }
  return core::value_or_throw(core::from_hex(digits));
}
os::Address address(std::string_view text) {
  return core::value_or_throw(os::Address::parse(text));
}

//                                 type length  cookie   transaction id
const std::string kRequest = "0001 0000 2112a442 b7e7a701bc34d686fa87dfae";

}  // namespace

TEST_CASE("stun: a binding request is told where it came from", "[stun]") {
  // The address and id of RFC 5769 2.2 and 2.3.
  CHECK(core::to_hex(sip::stun_answer(hex(kRequest), address("192.0.2.1:32853"))) ==
        core::to_hex(hex("0101 000c 2112a442 b7e7a701bc34d686fa87dfae"
                         " 0020 0008 0001 a147 e112a643")));
  CHECK(core::to_hex(sip::stun_answer(hex(kRequest),
                                      address("[2001:db8:1234:5678:11:2233:4455:6677]:32853"))) ==
        core::to_hex(hex("0101 0018 2112a442 b7e7a701bc34d686fa87dfae"
                         " 0020 0014 0002 a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9")));
  // RFC 3489: no cookie, and the address in the clear.
  CHECK(core::to_hex(sip::stun_answer(hex("0001 0000 00000001 b7e7a701bc34d686fa87dfae"),
                                      address("192.0.2.1:32853"))) ==
        core::to_hex(hex("0101 000c 00000001 b7e7a701bc34d686fa87dfae"
                         " 0001 0008 0001 8055 c0000201")));
  // SOFTWARE (8022, padded) and FINGERPRINT (8028) may be passed over.
  CHECK(sip::stun_answer(hex("0001 0010 2112a442 b7e7a701bc34d686fa87dfae 8022 0003 61626320"
                             " 8028 0004 e57b3bcf"),
                         address("192.0.2.1:1"))
            .size() == 32);
}

TEST_CASE("stun: what it does not know is refused, what is none gets no answer", "[stun]") {
  // CHANGE-REQUEST, whose answer would come from another address.
  CHECK(core::to_hex(sip::stun_answer(hex("0001 0008 2112a442 b7e7a701bc34d686fa87dfae"
                                          " 0003 0004 00000006"),
                                      address("192.0.2.1:1"))) ==
        core::to_hex(hex("0111 0010 2112a442 b7e7a701bc34d686fa87dfae"
                         " 0009 0004 00000414 000a 0002 0003 0000")));
  const std::vector<std::string> others = {
      "",
      "0001",
      "0001 0000 2112a442 b7e7a701bc34d686fa87df",             // 19 bytes
      "0101 0000 2112a442 b7e7a701bc34d686fa87dfae",           // a response
      "0001 0004 2112a442 b7e7a701bc34d686fa87dfae",           // shorter than it says
      "0001 0000 2112a442 b7e7a701bc34d686fa87dfae 00000000",  // longer
      "0001 0003 2112a442 b7e7a701bc34d686fa87dfae 000000",
      "0001 0004 2112a442 b7e7a701bc34d686fa87dfae 8022 ffff",  // an attribute without its value
      "0001 ffff ffffffff ffffffffffffffffffffffff ffff",
  };
  for (const std::string& text : others) {
    INFO(text);
    CHECK(sip::stun_answer(hex(text), address("192.0.2.1:1")).empty());
  }
}

TEST_CASE("stun: the SIP sockets answer it", "[stun][agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  peer.send(udp_port(*agent), std::string(core::as_text(hex("0001 ffff" + std::string(200, 'f')))));
  peer.send(udp_port(*agent), std::string(core::as_text(hex(kRequest))));
  REQUIRE(world.until([&] { return !peer.received.empty(); }));
  const auto expected =
      sip::stun_answer(hex(kRequest), address(fmt::format("127.0.0.1:{}", peer.port())));
  CHECK(core::to_hex(core::as_bytes(peer.received.front())) == core::to_hex(expected));
}
