// SPDX-License-Identifier: MIT
#include "sip/plain_register.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "sip/plain_requests.h"
#include "sip/read.h"

namespace {

using namespace trunkline;
using sip_test::replaced;

const std::string kUsual =
    "REGISTER sip:example.org SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK-a.1_b;rport\r\n"
    "From: \"Alice A.\" <sip:alice@example.org>;tag=as-1\r\n"
    "To: <sip:alice@Example.org>\r\n"
    "Call-ID: 1-4711@192.0.2.7\r\n"
    "CSeq: 17 REGISTER\r\n"
    "Contact: <sip:alice@192.0.2.7:5062;transport=udp>;expires=60;q=0.5;reg-id=1"
    ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";methods=\"INVITE, BYE\"\r\n"
    "Authorization: Digest username=\"alice\", realm=\"example.org\",nonce=\"a/b+c==\", "
    "uri=\"sip:example.org\", response=\"0123456789abcdef0123456789abcdef\", algorithm=MD5, "
    "cnonce=\"x\", qop=auth, nc=00000001\r\n"
    "Supported: path,outbound, gruu\r\n"
    "Allow: INVITE, ACK,BYE\r\n"
    "User-Agent: Yealink SIP-T46S 66.85.0.5 (x; y)\r\n"
    "X-Serial: 805ec0 1\r\n"
    "Max-Forwards: 70\r\n"
    "Expires: 3600\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

}  // namespace

TEST_CASE("plain_register: reads what Sofia reads", "[plain_register]") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"", ""},
      {"sip:example.org SIP", "sip:10.0.0.1:5080 SIP"},
      {"sip:example.org SIP", "sip:example.org;transport=udp SIP"},
      {"192.0.2.7:5062;branch", "phone.lan;branch"},
      {";rport", ""},
      {";rport", ";alias"},
      {"\"Alice A.\" <sip", "<sip"},
      {"\"Alice A.\" <sip", "\"\" <sip"},
      {"\"Alice A.\" <sip", "\"Alice <a> ; ,\" <sip"},
      {"1-4711@192.0.2.7", "ZGY4.._-x"},
      {"\r\nExpires: 3600", ""},
      {"Expires: 3600", "eXpires:0"},
      {"Via:", "v:"},
      {"From:", "f:   "},
      {"To:", "t:"},
      {"Call-ID:", "i:"},
      {"Contact:", "m:"},
      {"Supported:", "k:"},
      {"Content-Length:", "l:"},
      {"Content-Length: 0\r\n", ""},
      {";expires=60", ";expires=0"},
      {"alice@192.0.2.7:5062;transport", "alice+1_!~*@192.0.2.7:5062;ob;transport"},
      {"alice@192.0.2.7:5062;transport=udp>", "192.0.2.7>"},
  };
  for (const auto& [from, to] : changes) {
    CAPTURE(from, to);
    const std::string text = replaced(kUsual, from, to);
    const auto plain = sip::read_plain_register(text);
    REQUIRE(plain);
    const sip::MessageRef message = sip::parse_datagram(text);
    REQUIRE(message);
    CHECK(sip_test::difference(plain->request, sip::read_request(*sip_object(message.get()))) ==
          "");
  }
}

TEST_CASE("plain_register: leaves to Sofia what is not plain", "[plain_register]") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"REGISTER sip", "OPTIONS sip"},
      {"REGISTER sip", "REGISTER  sip"},
      {"REGISTER sip:", "REGISTER sips:"},
      {"REGISTER sip", "\r\nREGISTER sip"},
      {"SIP/2.0\r\nVia", "SIP/3.0\r\nVia"},
      {"SIP/2.0/UDP", "SIP/2.0/TCP"},
      {";rport", ";rport=5"},
      {";rport", ";received=192.0.2.9"},
      {";rport", ";maddr=192.0.2.9"},
      {";rport", ";rport, SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK2"},
      {"192.0.2.7:5062;branch", "[2001:db8::1]:5062;branch"},
      {"192.0.2.7:5062;branch", "192.0.2.7:05062;branch"},
      {"192.0.2.7:5062;branch", "192.0.2.7:70000;branch"},
      {"192.0.2.7:5062;branch", "192.0.2;branch"},
      {";tag=as-1", ""},
      {";tag=as-1", ";tag=as-1;x=y"},
      {"\"Alice A.\"", "\"Alice \\\"A\\\"\""},
      {"\"Alice A.\"", "Alice"},
      {"\"Alice A.\" <", "\"Alice A.\"<"},
      {"Alice A.", "J\xc3\xb6rg"},
      {"alice@Example.org>", "alice@Example.org>;tag=x"},
      {"alice@Example.org>", "al%69ce@Example.org>"},
      {"alice@Example.org>", "alice:secret@Example.org>"},
      {"<sip:alice@Example.org>", "<tel:+4930123>"},
      {"<sip:alice@Example.org>", "sip:alice@Example.org"},
      {"17 REGISTER", "17 INVITE"},
      {"17 REGISTER", "4294967296 REGISTER"},
      {"17 REGISTER", "x REGISTER"},
      {"17 REGISTER", "017 REGISTER"},
      {"Contact: ", "Contact: *, "},
      {"<sip:alice@192", "<sip:bob@192.0.2.8>, <sip:alice@192"},
      {";expires=60", ";Expires=60"},
      {";expires=60", ";expires=60;expires=61"},
      {";expires=60", ";expires=\"60\""},
      {"Expires: 3600", "Expires: Thu, 01 Dec 2026 16:00:00 GMT"},
      {"Expires: 3600", "Expires: 3600\r\nExpires: 3601"},
      {"Expires: 3600", "Expires:"},
      {"Expires: 3600", "Expires : 3600"},
      {"Digest username", "Basic username"},
      {"algorithm=MD5", "algorithm = MD5"},
      {"X-Serial", "P-Asserted-Identity"},
      {"X-Serial: 805ec0 1", "Require: gruu"},
      {"X-Serial: 805ec0 1", "Route: <sip:192.0.2.1;lr>"},
      {"X-Serial: 805ec0 1", "Path: <sip:192.0.2.1;lr>"},
      {"805ec0 1", "805ec0\r\n 1"},
      {"805ec0 1", "805ec0\t1"},
      {"805ec0 1", "805ec0  1"},
      {"Max-Forwards: 70", "Max-Forwards: 0"},
      {"Max-Forwards: 70", "Max-Forwards: 256"},
      {"Content-Length: 0", "Content-Length: 3"},
      {"Content-Length: 0\r\n\r\n", "Content-Length: 0\r\n\r\nv=0"},
      {"Content-Length: 0\r\n\r\n", "Content-Length: 0\r\n"},
      {"Call-ID: 1-4711@192.0.2.7\r\n", ""},
      {"\r\nTo: ", "\nTo: "},
  };
  for (const auto& [from, to] : changes) {
    CAPTURE(from, to);
    const std::string text = replaced(kUsual, from, to);
    REQUIRE(text != kUsual);
    CHECK_FALSE(sip::read_plain_register(text));
  }
  for (std::size_t size = 0; size < kUsual.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(sip::read_plain_register(std::string_view(kUsual).substr(0, size)));
  }
}
