// SPDX-License-Identifier: MIT
#include "mediaplane/leg_plan.h"

#include <catch2/catch.hpp>
#include <string>

#include "mediaplane/sdp_session.h"

namespace trunkline::mediaplane {
namespace {

os::Address address(const std::string& text) {
  return os::Address::parse(text).value();
}

}  // namespace

TEST_CASE("leg plan: where media goes is what the party's own description says", "[leg_plan]") {
  const auto own = session("m=audio 4000 RTP/AVP 0\r\n");
  const LegPlan plan = plan_leg(&own, nullptr, 0, std::nullopt);
  CHECK(plan.rtp.announced == address("192.0.2.1:4000"));
  CHECK(plan.rtcp.announced == address("192.0.2.1:4001"));
  CHECK(plan.listens);
  CHECK(plan.sends);

  const auto odd = session("m=audio 4000 RTP/AVP 0\r\na=rtcp:5005 IN IP4 192.0.2.7\r\n");
  CHECK(plan_leg(&odd, nullptr, 0, std::nullopt).rtcp.announced == address("192.0.2.7:5005"));
}

TEST_CASE("leg plan: what cannot be sent to announces nothing", "[leg_plan]") {
  for (const char* connection : {"0.0.0.0", "phone.example.com", "224.2.1.1/127"}) {
    CAPTURE(connection);
    const auto own = session("m=audio 4000 RTP/AVP 0\r\n", connection);
    CHECK_FALSE(plan_leg(&own, nullptr, 0, std::nullopt).rtp.announced);
  }
  // Not heard of, refused, or no such line: nothing is expected and nothing is sent.
  const auto refused = session("m=audio 0 RTP/AVP 0\r\n");
  for (const LegPlan& plan :
       {plan_leg(nullptr, nullptr, 0, std::nullopt), plan_leg(&refused, nullptr, 0, std::nullopt),
        plan_leg(&refused, nullptr, 3, std::nullopt)}) {
    CHECK_FALSE(plan.rtp.announced);
    CHECK_FALSE(plan.listens);
    CHECK_FALSE(plan.sends);
  }
}

TEST_CASE("leg plan: who sends and who listens in a hold", "[leg_plan]") {
  struct Case {
    const char* own;
    const char* peer;
    bool sends;
    bool listens;
  };
  const Case cases[] = {
      {"a=sendrecv", "a=sendrecv", true, true},
      {"a=sendonly", "a=recvonly", true, false},
      {"a=recvonly", "a=sendonly", false, true},
      {"a=inactive", "a=inactive", false, false},
      // The peer's hold is known before this party has answered it.
      {"a=sendrecv", "a=sendonly", false, true},
      {"a=sendrecv", "a=recvonly", true, true},
  };
  for (const Case& row : cases) {
    CAPTURE(row.own, row.peer);
    const auto own = session("m=audio 4000 RTP/AVP 0\r\n" + std::string(row.own) + "\r\n");
    const auto peer = session("m=audio 4002 RTP/AVP 0\r\n" + std::string(row.peer) + "\r\n");
    const LegPlan plan = plan_leg(&own, &peer, 0, std::nullopt);
    CHECK(plan.sends == row.sends);
    CHECK(plan.listens == row.listens);
  }
}

TEST_CASE("leg plan: payload types mean what the other party numbered", "[leg_plan]") {
  const auto own = session("m=audio 4000 RTP/AVP 0\r\n");
  const auto peer = session(
      "m=audio 4002 RTP/AVP 96 97 98 99 101 9\r\na=rtpmap:96 PCMA/8000\r\n"
      "a=rtpmap:97 PCMU/8000/2\r\na=rtpmap:98 pcmu/8000\r\na=rtpmap:99 L16/8000\r\n"
      "a=rtpmap:101 telephone-event/8000\r\n");
  const LegPlan plan = plan_leg(&own, &peer, 0, std::nullopt);
  const auto meant = [&](std::uint8_t number) {
    for (const recording::PayloadCodec& codec : plan.codecs) {
      if (codec.payload_type == number) {
        return codec.codec.name + "/" + std::to_string(codec.codec.clock_rate) + "/" +
               std::to_string(codec.codec.channels);
      }
    }
    return std::string("nothing");
  };
  CHECK(meant(0) == "PCMU/8000/1");
  CHECK(meant(8) == "PCMA/8000/1");
  CHECK(meant(13) == "CN/8000/1");
  CHECK(meant(96) == "PCMA/8000/1");
  CHECK(meant(97) == "PCMU/8000/2");
  CHECK(meant(9) == "G722/8000/1");
  CHECK(meant(101) == "telephone-event/8000/1");
  CHECK(meant(18) == "nothing");
  CHECK(plan.signals[13]);
  CHECK(plan.signals[101]);
  CHECK(plan.signals.count() == 2);
}

}  // namespace trunkline::mediaplane
