// SPDX-License-Identifier: MIT
#include "sip/request_line.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace {

using namespace trunkline;

}  // namespace

TEST_CASE("request line: three parts with one space between, or broken, or no request",
          "[request_line]") {
  struct Row {
    std::string line;
    bool is_request;
    bool is_broken;
    std::string method;
    std::string uri;
  };
  const std::vector<Row> rows = {
      {"INVITE sip:bob@example.org SIP/2.0", true, false, "INVITE", "sip:bob@example.org"},
      {"RE%47IST%45R sip:example.org sip/7.0", true, false, "RE%47IST%45R", "sip:example.org"},
      {"!m*_+`.%'~ x SIP/2.0", true, false, "!m*_+`.%'~", "x"},
      {"INVITE  sip:bob@example.org SIP/2.0", true, true, "INVITE", ""},
      {"INVITE sip:bob@example.org  SIP/2.0", true, true, "INVITE", ""},
      {"INVITE sip:bob@example.org; lr SIP/2.0", true, true, "INVITE", ""},
      {"INVITE\tsip:bob@example.org SIP/2.0", true, true, "INVITE", ""},
      {"OPTIONS sip:bob@example.org SIP/2.0  ", true, true, "OPTIONS", ""},
      {"ACK SIP/2.0", true, true, "ACK", ""},
      {"ACK  SIP/2.0", true, true, "ACK", ""},
      {"INVITE sip:bob@example.org", false, false, "", ""},
      {"INVITE sip:bob@example.org HTTP/1.1", false, false, "", ""},
      {"INVITE sip:bob@example.org SIP/2", false, false, "", ""},
      {"INVITE sip:bob@example.org SIP/2.x", false, false, "", ""},
      {"IN<VITE sip:bob@example.org SIP/2.0", false, false, "", ""},
      {"SIP/2.0", false, false, "", ""},
      {" ", false, false, "", ""},
      {"", false, false, "", ""},
  };
  for (const Row& row : rows) {
    INFO(row.line);
    const auto line = sip::split_request_line(row.line);
    REQUIRE(line.has_value() == row.is_request);
    if (!line) continue;
    CHECK(line->is_broken == row.is_broken);
    CHECK(line->method == row.method);
    CHECK(line->uri == row.uri);
  }
}
