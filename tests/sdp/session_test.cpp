// SPDX-License-Identifier: MIT
#include "sdp/session.h"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace std::string_literals;

namespace trunkline::sdp {
namespace {

constexpr std::string_view kPhone =
    "v=0\r\n"
    "o=alice 2890844526 2890844527 IN IP4 192.0.2.10\r\n"
    "s=-\r\n"
    "c=IN IP4 192.0.2.10\r\n"
    "t=0 0\r\n"
    "a=x-unknown:kept\r\n"
    "m=audio 49170 RTP/AVP 0 8 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=sendrecv\r\n"
    "m=video 51372/2 RTP/AVP 99\r\n"
    "y=a line type of no RFC\r\n"
    "a=rtpmap:99 h263-1998/90000\r\n";

TEST_CASE("sdp: what is read is written back unchanged", "[sdp]") {
  const auto session = Session::parse(kPhone);
  REQUIRE(session);
  CHECK(session->text() == kPhone);
  CHECK(Session::parse(session->text()) == *session);
}

TEST_CASE("sdp: a session's lines are told apart from its media's", "[sdp]") {
  const auto session = Session::parse(kPhone);
  REQUIRE(session);
  CHECK(session->lines.size() == 6);
  REQUIRE(session->media.size() == 2);
  const auto& audio = session->media[0];
  CHECK(audio.type == "audio");
  CHECK(audio.port == core::Port(49170));
  CHECK(audio.protocol == "RTP/AVP");
  CHECK(audio.formats == std::vector<std::string>{"0", "8", "101"});
  CHECK(audio.lines.size() == 3);
  CHECK(audio.is_rtp());
  CHECK(session->media[1].port_count == 2U);
}

TEST_CASE("sdp: the origin is read and replaced in place", "[sdp]") {
  auto session = Session::parse(kPhone).value();
  auto origin = session.origin();
  CHECK(origin.username == "alice");
  CHECK(origin.session_version == "2890844527");
  CHECK(origin.address == "192.0.2.10");
  origin.address = "198.51.100.1";
  session.set_origin(origin);
  CHECK(session.lines[1] == Line{'o', "alice 2890844526 2890844527 IN IP4 198.51.100.1"});
}

TEST_CASE("sdp: bare line feeds and an empty last line are read", "[sdp]") {
  const auto session = Session::parse("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\n\n");
  REQUIRE(session);
  CHECK(session->text() == "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n");
}

TEST_CASE("sdp: what is no SDP is a fault that names the line", "[sdp]") {
  struct Row {
    std::string text;
    std::string message;
  };
  const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";
  const std::vector<Row> rows = {
      {"", "cannot read SDP: it is empty"},
      {"\r\n", "cannot read SDP: it is empty"},
      {"v=0\r\ns=-\r\n", "cannot read SDP: it has no origin (o=)"},
      {"o=- 1 1 IN IP4 192.0.2.1\r\n",
       "cannot read SDP line 1 'o=- 1 1 IN IP4 192.0.2.1': it must begin with v=0"},
      {"v=1\r\n", "cannot read SDP line 1 'v=1': it must begin with v=0"},
      {"v=0\r\no=- 1 1 IN\r\n", "cannot read SDP line 2 'o=- 1 1 IN': an origin has six words"},
      {head + "hello\r\n", "cannot read SDP line 3 'hello': a line is a letter, '=' and a value"},
      {head + "\r\ns=-\r\n", "cannot read SDP line 3 '': a line is a letter, '=' and a value"},
      {head + "c=IN IP4\r\n", "cannot read SDP line 3 'c=IN IP4': a connection has three words"},
      {head + "o=- 1 1 IN IP4 192.0.2.1\r\n",
       "cannot read SDP line 3 'o=- 1 1 IN IP4 192.0.2.1': a second origin"},
      {head + "m=audio 4000\r\n",
       "cannot read SDP line 3 'm=audio 4000': a media line has a type, a port, a protocol and a "
       "format"},
      {head + "m=audio x RTP/AVP 0\r\n",
       "cannot read SDP line 3 'm=audio x RTP/AVP 0': the port is no number from 0 to 65535"},
      {head + "m=audio 70000 RTP/AVP 0\r\n",
       "cannot read SDP line 3 'm=audio 70000 RTP/AVP 0': the port is no number from 0 to 65535"},
      {head + "m=audio 4000/0 RTP/AVP 0\r\n",
       "cannot read SDP line 3 'm=audio 4000/0 RTP/AVP 0': the port count is no number"},
      {head + "a=evil\x01here\r\n",
       "cannot read SDP line 3 'a=evil\\x01here': a control character"},
      {head + "a=nul"s + '\0' + "\r\n", "cannot read SDP line 3 'a=nul\\x00': a control character"},
  };
  for (const auto& row : rows) {
    const auto session = Session::parse(row.text);
    INFO(row.text);
    REQUIRE_FALSE(session);
    CHECK(session.error() == core::Fault{core::ExitCode::data, row.message});
  }
}

TEST_CASE("sdp: bounds hold", "[sdp]") {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";
  const auto repeated = [&](std::string_view line, std::size_t count) {
    std::string text = head;
    for (std::size_t i = 0; i < count; ++i) text += line;
    return Session::parse(text);
  };
  CHECK(repeated("m=audio 4000 RTP/AVP 0\r\n", kMaxMedia));
  CHECK_FALSE(repeated("m=audio 4000 RTP/AVP 0\r\n", kMaxMedia + 1));
  CHECK(repeated("a=x\r\n", kMaxLines - 2));
  CHECK_FALSE(repeated("a=x\r\n", kMaxLines - 1));
  CHECK_FALSE(Session::parse(head + "a=" + std::string(kMaxBytes, 'x')));

  std::string formats = head + "m=audio 4000 RTP/AVP";
  for (std::size_t i = 0; i < kMaxFormats; ++i) formats += " 0";
  CHECK(Session::parse(formats));
  CHECK_FALSE(Session::parse(formats + " 0"));
}

TEST_CASE("sdp: attributes are found by their whole name", "[sdp]") {
  std::vector<Line> lines = {{'a', "rtcp-mux"}, {'a', "rtcp:53020"}, {'b', "rtcp:no"}};
  CHECK(attribute(lines, "rtcp") == "53020");
  CHECK(attribute(lines, "rtcp-mux") == "");
  CHECK_FALSE(has_attribute(lines, "rtc"));

  set_attribute(lines, "rtcp", "4001");
  CHECK(lines[1] == Line{'a', "rtcp:4001"});
  set_attribute(lines, "ptime", "20");
  CHECK(lines.back() == Line{'a', "ptime:20"});
  remove_attributes(lines, "rtcp-mux");
  CHECK(lines.size() == 3);
  CHECK(attributes(lines, "rtcp").size() == 1);
}

}  // namespace
}  // namespace trunkline::sdp
