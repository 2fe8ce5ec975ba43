// SPDX-License-Identifier: MIT
#include "sip/body.h"

#include <catch2/catch.hpp>

#include "sip/header_text.h"
#include "sip/read.h"

namespace {

using namespace trunkline;
using sip::Body;

const std::string kBareSdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0";
const std::string kMixed = "multipart/mixed;boundary=\"b 1\"";

std::string part(const std::string& headers, const std::string& content) {
  return "--b 1\r\n" + headers + "\r\n" + content + "\r\n";
}
const std::string kEnd = "--b 1--\r\n";
const std::string kSdpPart = part("Content-Type: application/sdp\r\n", kBareSdp);

}  // namespace

TEST_CASE("body: what is understood, and what would have to be", "[body]") {
  struct Row {
    std::string what;
    std::string type;
    std::vector<sip::Header> headers;
    std::string body;
    Body found;
  };
  const std::string sized = "Content-Type: application/isup\r\n";
  const std::vector<Row> rows = {
      {"nothing", "", {}, "", {}},
      {"a session alone", "application/sdp", {}, kBareSdp, {.sdp = kBareSdp}},
      {"with parameters", "Application/SDP;charset=utf-8", {}, kBareSdp, {.sdp = kBareSdp}},
      {"called one",
       "application/sdp",
       {{"Content-Disposition", "session"}},
       kBareSdp,
       {.sdp = kBareSdp}},
      {"of another use",
       "application/sdp",
       {{"Content-Disposition", "early-session"}},
       kBareSdp,
       {.unknown = "application/sdp"}},
      {"text", "text/plain", {}, "hello", {.unknown = "text/plain"}},
      {"no type", "", {}, "hello", {.unknown = "application/octet-stream"}},
      {"text that may be left",
       "text/plain",
       {{"Content-Disposition", "render; handling=optional"}},
       "hello",
       {}},
      {"packed",
       "application/sdp",
       {{"Content-Encoding", "gzip"}},
       kBareSdp,
       {.unknown_encoding = "gzip"}},
      {"packed by nothing",
       "application/sdp",
       {{"Content-Encoding", "identity"}},
       kBareSdp,
       {.sdp = kBareSdp}},
      {"one part", kMixed, {}, kSdpPart + kEnd, {.sdp = kBareSdp}},
      {"a preamble and an epilogue",
       kMixed,
       {},
       "hi\r\n" + kSdpPart + kEnd + "bye",
       {.sdp = kBareSdp}},
      {"no end", kMixed, {}, kSdpPart, {.sdp = kBareSdp + "\r\n"}},
      {"lines that end in LF alone",
       "multipart/mixed;boundary=x",
       {},
       "--x\nContent-Type: application/sdp\n\nv=0\n--x--\n",
       {.sdp = "v=0"}},
      {"a part that must be understood",
       kMixed,
       {},
       kSdpPart + part(sized, "x") + kEnd,
       {.sdp = kBareSdp, .unknown = "application/isup"}},
      {"a part that may be left",
       kMixed,
       {},
       part(sized + "Content-Disposition: signal;\r\n handling=\"OPTIONAL\"\r\n", "x") + kSdpPart +
           kEnd,
       {.sdp = kBareSdp}},
      {"a part without headers", kMixed, {}, part("", "x") + kEnd, {.unknown = "text/plain"}},
      {"two sessions",
       kMixed,
       {},
       kSdpPart + kSdpPart + kEnd,
       {.sdp = kBareSdp, .unknown = "application/sdp"}},
      {"the last alternative that is understood",
       "multipart/alternative;boundary=\"b 1\"",
       {},
       kSdpPart + part("Content-Type: application/sdp\r\n", "v=0") + part(sized, "x") + kEnd,
       {.sdp = "v=0"}},
      {"no alternative",
       "multipart/alternative;boundary=\"b 1\"",
       {},
       part(sized, "x") + kEnd,
       {.unknown = "multipart/alternative"}},
      {"within another",
       "multipart/mixed;boundary=o",
       {},
       "--o\r\nContent-Type: " + kMixed + "\r\n\r\n" + kSdpPart + kEnd + "\r\n--o--",
       {.sdp = kBareSdp}},
      {"base64",
       kMixed,
       {},
       part("Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n", "dj0w") +
           kEnd,
       {.unknown_encoding = "base64"}},
      {"no boundary", "multipart/mixed", {}, kSdpPart, {.unknown = "multipart/mixed"}},
      {"no part", kMixed, {}, "nothing", {.unknown = "multipart/mixed"}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(sip::read_body(row.type, row.headers, row.body) == row.found);
  }
}

TEST_CASE("body: depth and number of parts are bounded", "[body]") {
  std::string type = "application/sdp";
  std::string nested = kBareSdp;
  for (int i = 0; i < 10; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    nested = "--" + boundary + "\r\nContent-Type: " + type + "\r\n\r\n" + nested + "\r\n--" +
             boundary + "--\r\n";
    type = "multipart/mixed;boundary=" + boundary;
  }
  CHECK(sip::read_body(type, {}, nested) == Body{.unknown = "multipart/mixed"});
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += part("Content-Type: a/b\r\nContent-Disposition: x;handling=optional\r\n", "x");
  }
  CHECK(sip::read_body(kMixed, {}, many + kSdpPart + kEnd).sdp.empty());
}

TEST_CASE("body: which Accept takes a session description", "[body]") {
  struct Row {
    std::vector<sip::Header> headers;
    bool takes;
  };
  const std::vector<Row> rows = {
      {{}, true},
      {{{"Accept", "application/sdp"}}, true},
      {{{"Accept", "text/plain, Application/SDP;level=1"}}, true},
      {{{"Accept", "text/plain"}, {"accept", "application/*"}}, true},
      {{{"Accept", "*/*;q=0.1"}}, true},
      {{{"Accept", "text/nobodyKnowsThis"}}, false},
      {{{"Accept", "application/sdp;q=0.0"}}, false},
      {{{"Accept", ""}}, false},
  };
  for (const Row& row : rows) {
    INFO((row.headers.empty() ? "none" : row.headers.front().value));
    CHECK(sip::accepts_sdp(row.headers) == row.takes);
  }
}

TEST_CASE("body: a message on the wire keeps what its body needs", "[body]") {
  const auto read = [](const std::string& headers, const std::string& body) {
    const auto message = sip::parse_datagram(
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
        "v: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKb\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
        "Call-ID: 1\r\nCSeq: 1 INVITE\r\n" +
        headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    REQUIRE(message);
    return sip::read_request(*sip_object(message.get()));
  };
  const auto mixed = read("c: Multipart/Mixed; boundary=\"b 1\"\r\n", kSdpPart + kEnd);
  CHECK(mixed.content_type == "multipart/mixed");
  CHECK(mixed.via_count == 2);
  CHECK(sip::body_of(mixed).sdp == kBareSdp);
  CHECK_FALSE(mixed.has_sdp());
  const auto left =
      read("c: text/plain\r\nContent-Disposition: render ; handling=optional\r\n", "x");
  CHECK(sip::body_of(left) == Body{});
  const auto packed = read("c: application/sdp\r\ne: gzip\r\n", "x");
  CHECK(sip::body_of(packed).unknown_encoding == "gzip");
  CHECK(sip::accepts_sdp(read("", "").headers));
  CHECK(sip::accepts_sdp(read("Accept: text/plain, application/sdp\r\n", "").headers));
  CHECK(sip::accepts_sdp(read("Accept: text/plain\r\nAccept: application/sdp\r\n", "").headers));
  CHECK_FALSE(sip::accepts_sdp(read("Accept: text/plain, image/png\r\n", "").headers));
  CHECK_FALSE(sip::accepts_sdp(read("Accept: \r\n", "").headers));
}

TEST_CASE("header text: values are taken apart outside quotes and brackets", "[body]") {
  using Pieces = std::vector<std::string_view>;
  CHECK(sip::split_value("<sip:a@b;x=1,2>;lr, \"c, d\" <sip:e>", ',') ==
        Pieces{"<sip:a@b;x=1,2>;lr", "\"c, d\" <sip:e>"});
  CHECK(sip::split_value("", ',') == Pieces{""});
  CHECK(sip::split_value("\"open", ';') == Pieces{"\"open"});
  const sip::Parametrised value("Session ; Handling = \"a\\\"b;c\" ;lr");
  CHECK(value.word == "session");
  CHECK(value.param("handling") == "a\"b;c");
  CHECK_FALSE(value.param("lr"));
  CHECK(sip::unquoted(" \"x\" ") == "x");
  CHECK(sip::unquoted("\"") == "\"");
}
