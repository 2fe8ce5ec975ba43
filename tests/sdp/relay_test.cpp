// SPDX-License-Identifier: MIT
#include "sdp/relay.h"

#include <catch2/catch.hpp>

#include <array>

namespace trunkline::sdp {
namespace {

constexpr RelayPorts kPorts{.rtp = core::Port(10000), .rtcp = core::Port(10001)};

TEST_CASE("sdp: a relay puts itself where media goes and leaves the rest", "[sdp]") {
  auto session = Session::parse(
                     "v=0\r\n"
                     "o=alice 1 2 IN IP4 192.168.1.5\r\n"
                     "s=-\r\n"
                     "c=IN IP4 192.168.1.5\r\n"
                     "t=0 0\r\n"
                     "a=ice-lite\r\n"
                     "a=group:BUNDLE 0 1\r\n"
                     "m=audio 4000 RTP/AVP 0 101\r\n"
                     "a=rtpmap:101 telephone-event/8000\r\n"
                     "a=rtcp:4005 IN IP4 192.168.1.5\r\n"
                     "a=rtcp-mux\r\n"
                     "a=candidate:1 1 UDP 2130706431 192.168.1.5 4000 typ host\r\n"
                     "a=x-vendor:kept\r\n"
                     "m=video 0 RTP/AVP 31\r\n"
                     "c=IN IP4 192.168.1.5\r\n")
                     .value();
  const std::array ports = {kPorts, RelayPorts{}};
  point_at_relay(session, "203.0.113.7", ports, {.replaces_origin = true});
  CHECK(session.text() ==
        "v=0\r\n"
        "o=alice 1 2 IN IP4 203.0.113.7\r\n"
        "s=-\r\n"
        "c=IN IP4 203.0.113.7\r\n"
        "t=0 0\r\n"
        "m=audio 10000 RTP/AVP 0 101\r\n"
        "a=rtpmap:101 telephone-event/8000\r\n"
        "a=x-vendor:kept\r\n"
        "a=rtcp:10001\r\n"
        "m=video 0 RTP/AVP 31\r\n"
        "c=IN IP4 203.0.113.7\r\n");
}

TEST_CASE("sdp: a relay keeps the hold of RFC 2543 and its origin unless told", "[sdp]") {
  auto session = Session::parse(
                     "v=0\r\no=alice 1 2 IN IP4 192.168.1.5\r\ns=-\r\nt=0 0\r\n"
                     "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n")
                     .value();
  point_at_relay(session, "203.0.113.7", std::array{kPorts});
  CHECK(session.text() ==
        "v=0\r\no=alice 1 2 IN IP4 192.168.1.5\r\ns=-\r\nt=0 0\r\n"
        "m=audio 10000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:10001\r\n");
}

TEST_CASE("sdp: a relay adds the connection that was missing, muxes when told", "[sdp]") {
  auto session = Session::parse(
                     "v=0\r\no=alice 1 2 IN IP4 192.168.1.5\r\ns=-\r\nt=0 0\r\n"
                     "m=audio 4000/2 RTP/AVP 0\r\ni=title\r\nb=AS:64\r\n")
                     .value();
  const RelayPorts muxed{.rtp = core::Port(10000), .rtcp = core::Port(10000)};
  point_at_relay(session, "2001:db8::1", std::array{muxed}, {.offers_rtcp_mux = true});
  CHECK(session.text() ==
        "v=0\r\no=alice 1 2 IN IP4 192.168.1.5\r\ns=-\r\nt=0 0\r\n"
        "m=audio 10000 RTP/AVP 0\r\ni=title\r\nc=IN IP6 2001:db8::1\r\nb=AS:64\r\n"
        "a=rtcp-mux\r\n");
}

TEST_CASE("sdp: a refused media line keeps its formats and nothing else", "[sdp]") {
  auto session = Session::parse(
                     "v=0\r\no=- 1 2 IN IP4 192.168.1.5\r\n"
                     "m=video 4000/2 RTP/AVP 31 96\r\na=rtpmap:96 VP8/90000\r\n")
                     .value();
  refuse(session.media[0]);
  CHECK(session.text() == "v=0\r\no=- 1 2 IN IP4 192.168.1.5\r\nm=video 0 RTP/AVP 31 96\r\n");
}

}  // namespace
}  // namespace trunkline::sdp
