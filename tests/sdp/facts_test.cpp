// SPDX-License-Identifier: MIT
#include "sdp/facts.h"

#include <catch2/catch.hpp>

#include <string>

namespace trunkline::sdp {
namespace {

/// A session with these session lines and one media section.
Session session_of(const std::string& session_lines, const std::string& media_lines) {
  return Session::parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n" + session_lines + "t=0 0\r\n" +
                        media_lines)
      .value();
}

TEST_CASE("sdp: a direction is the media's, else the session's, else sendrecv", "[sdp]") {
  struct Row {
    std::string session;
    std::string media;
    Direction direction;
  };
  const std::vector<Row> rows = {
      {"", "", Direction::sendrecv},
      {"", "a=sendonly\r\n", Direction::sendonly},
      {"a=inactive\r\n", "", Direction::inactive},
      {"a=inactive\r\n", "a=recvonly\r\n", Direction::recvonly},
      {"", "a=sendonly:x\r\n", Direction::sendrecv},
  };
  for (const auto& row : rows) {
    const auto session = session_of(row.session, "m=audio 4000 RTP/AVP 0\r\n" + row.media);
    CHECK(direction_of(session, session.media[0]) == row.direction);
  }
}

TEST_CASE("sdp: an answer's direction fits its offer (RFC 3264 6.1)", "[sdp]") {
  using D = Direction;
  CHECK(answer_to(D::sendrecv, D::sendrecv) == D::sendrecv);
  CHECK(answer_to(D::sendonly, D::sendrecv) == D::recvonly);
  CHECK(answer_to(D::recvonly, D::sendrecv) == D::sendonly);
  CHECK(answer_to(D::inactive, D::sendrecv) == D::inactive);
  CHECK(answer_to(D::sendonly, D::sendonly) == D::inactive);
  CHECK(answer_to(D::sendrecv, D::recvonly) == D::recvonly);
  CHECK(reversed(D::sendonly) == D::recvonly);
  CHECK(reversed(D::inactive) == D::inactive);
}

TEST_CASE("sdp: setting a direction leaves exactly one", "[sdp]") {
  auto session = session_of("", "m=audio 4000 RTP/AVP 0\r\na=ptime:20\r\na=sendonly\r\n");
  set_direction(session.media[0], Direction::inactive);
  CHECK(session.media[0].lines == std::vector<Line>{{'a', "ptime:20"}, {'a', "inactive"}});
}

TEST_CASE("sdp: hold is a direction that does not listen, or no address", "[sdp]") {
  struct Row {
    std::string connection;
    std::string port;
    std::string direction;
    bool is_hold;
  };
  const std::vector<Row> rows = {
      {"192.0.2.1", "4000", "sendrecv", false}, {"192.0.2.1", "4000", "recvonly", false},
      {"192.0.2.1", "4000", "sendonly", true},  {"192.0.2.1", "4000", "inactive", true},
      {"0.0.0.0", "4000", "sendrecv", true},    {"192.0.2.1", "0", "sendonly", false},
  };
  for (const auto& row : rows) {
    const auto session =
        session_of("c=IN IP4 " + row.connection + "\r\n",
                   "m=audio " + row.port + " RTP/AVP 0\r\na=" + row.direction + "\r\n");
    INFO(session.text());
    CHECK(is_hold(session, session.media[0]) == row.is_hold);
    CHECK(is_hold(session) == row.is_hold);
  }
}

TEST_CASE("sdp: media goes to the media's connection, RTCP where a=rtcp says", "[sdp]") {
  struct Row {
    std::string media;
    std::optional<Endpoint> rtp;
    std::optional<Endpoint> rtcp;
  };
  const auto at = [](std::string address, std::uint16_t port) {
    return Endpoint{.address = std::move(address), .port = core::Port(port)};
  };
  const std::vector<Row> rows = {
      {"m=audio 4000 RTP/AVP 0\r\n", at("192.0.2.1", 4000), at("192.0.2.1", 4001)},
      {"m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::7\r\n", at("2001:db8::7", 4000),
       at("2001:db8::7", 4001)},
      {"m=audio 4000 RTP/AVP 0\r\na=rtcp:53020\r\n", at("192.0.2.1", 4000), at("192.0.2.1", 53020)},
      {"m=audio 4000 RTP/AVP 0\r\na=rtcp:53020 IN IP4 192.0.2.9\r\n", at("192.0.2.1", 4000),
       at("192.0.2.9", 53020)},
      {"m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\n", at("192.0.2.1", 4000), at("192.0.2.1", 4000)},
      {"m=audio 4000 RTP/AVP 0\r\na=rtcp:nonsense\r\n", at("192.0.2.1", 4000),
       at("192.0.2.1", 4001)},
      {"m=audio 65535 RTP/AVP 0\r\n", at("192.0.2.1", 65535), std::nullopt},
      {"m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.36.42/127\r\n", at("224.2.36.42", 4000),
       at("224.2.36.42", 4001)},
      {"m=audio 0 RTP/AVP 0\r\n", std::nullopt, std::nullopt},
  };
  for (const auto& row : rows) {
    const auto session = session_of("c=IN IP4 192.0.2.1\r\n", row.media);
    INFO(row.media);
    CHECK(rtp_endpoint_of(session, session.media[0]) == row.rtp);
    CHECK(rtcp_endpoint_of(session, session.media[0]) == row.rtcp);
  }
}

TEST_CASE("sdp: codecs come from rtpmap, else from the static table", "[sdp]") {
  const auto session = session_of("",
                                  "m=audio 4000 RTP/AVP 8 0 111 101 96 200 x\r\n"
                                  "a=rtpmap:111 opus/48000/2\r\n"
                                  "a=fmtp:111 minptime=10;useinbandfec=1\r\n"
                                  "a=rtpmap:101 telephone-event/8000\r\n"
                                  "a=rtpmap:96 broken\r\n"
                                  "a=ptime:30\r\n");
  const std::vector<Codec> expected = {
      {.payload_type = 8, .name = "PCMA", .clock_rate = 8000},
      {.payload_type = 0, .name = "PCMU", .clock_rate = 8000},
      {.payload_type = 111,
       .name = "opus",
       .clock_rate = 48000,
       .channels = 2,
       .parameters = "minptime=10;useinbandfec=1"},
      {.payload_type = 101, .name = "telephone-event", .clock_rate = 8000},
  };
  CHECK(codecs_of(session.media[0]) == expected);
  CHECK(ptime_ms_of(session.media[0]) == 30U);
}

TEST_CASE("sdp: nonsense in attributes is skipped", "[sdp]") {
  const auto session = session_of("",
                                  "m=audio 4000 RTP/AVP 0\r\na=ptime:0\r\na=rtpmap:\r\n"
                                  "a=rtpmap:300 PCMU/8000\r\na=rtpmap:0 PCMU/99999999999\r\n"
                                  "a=fmtp:\r\n");
  CHECK(ptime_ms_of(session.media[0]) == std::nullopt);
  const auto codecs = codecs_of(session.media[0]);
  REQUIRE(codecs.size() == 1);
  CHECK(codecs[0] == *static_codec(0));
}

TEST_CASE("sdp: offer and answer agree on codec and telephone-event with each side's number",
          "[sdp]") {
  const auto offer = session_of("",
                                "m=audio 4000 RTP/AVP 111 0 101\r\na=rtpmap:111 opus/48000/2\r\n"
                                "a=rtpmap:101 telephone-event/8000\r\n");
  const auto answer = session_of("",
                                 "m=audio 5000 RTP/AVP 13 97 0 96\r\na=rtpmap:97 iLBC/8000\r\n"
                                 "a=rtpmap:96 TELEPHONE-EVENT/8000\r\n");
  const auto codec = agreed_codec(offer.media[0], answer.media[0]);
  REQUIRE(codec);
  CHECK(codec->answered.name == "PCMU");
  const auto event = agreed_telephone_event(offer.media[0], answer.media[0]);
  REQUIRE(event);
  CHECK(event->offered.payload_type == 101);
  CHECK(event->answered.payload_type == 96);

  auto refused = answer;
  refused.media[0].port = core::Port(0);
  CHECK_FALSE(agreed_codec(offer.media[0], refused.media[0]));
}

TEST_CASE("sdp: an answer has the media lines of its offer", "[sdp]") {
  const auto audio = session_of("", "m=audio 4000 RTP/AVP 0\r\n");
  const auto video = session_of("", "m=video 4000 RTP/AVP 31\r\n");
  const auto both = session_of("", "m=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 31\r\n");
  CHECK(check_answer(audio, audio));
  CHECK(check_answer(audio, both).error().message ==
        "cannot use SDP answer: 2 media lines for an offer of 1");
  CHECK(check_answer(audio, video).error().message ==
        "cannot use SDP answer: media line 1 is 'video', offered was 'audio'");
}

}  // namespace
}  // namespace trunkline::sdp
