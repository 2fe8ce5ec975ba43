// SPDX-License-Identifier: MIT
#include "exchange/extensions.h"

#include <catch2/catch.hpp>

namespace trunkline::exchange {

using call::Refresher;
using core::Seconds;
using Headers = std::vector<sip::Header>;

TEST_CASE("extensions: Session-Expires is read as RFC 4028 writes it", "[exchange]") {
  struct Row {
    std::string value;
    int expires;
    Refresher refresher;
  };
  const std::vector<Row> rows{
      {"1800", 1800, Refresher::unsaid},
      {"1800;refresher=uac", 1800, Refresher::asker},
      {" 90 ; refresher = UAS ", 90, Refresher::answerer},
      {"90;other=1;refresher=uas", 90, Refresher::answerer},
      {"90;refresher=nobody", 90, Refresher::unsaid},
      {"90;refresher", 90, Refresher::unsaid},
      {"4294967295", -1, Refresher::unsaid},
      {"4294967296", 0, Refresher::unsaid},
      {"", 0, Refresher::unsaid},
      {"-5", 0, Refresher::unsaid},
      {"soon;refresher=uac", 0, Refresher::unsaid},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const call::SessionTerms terms = parse_session_expires(row.value);
    CHECK(terms.expires == (row.expires < 0 ? Seconds(4294967295) : Seconds(row.expires)));
    CHECK(terms.refresher == row.refresher);
  }
}

TEST_CASE("extensions: what a request says of itself", "[exchange]") {
  sip::Request request;
  CHECK(extensions_of(request) == call::Extensions{});
  request.supported = {"Timer", "path"};
  request.require = {"100rel"};
  request.headers = {
      {"Allow", "INVITE, ACK,UPDATE"}, {"session-expires", "600"}, {"Min-SE", "120"}};
  const call::Extensions says = extensions_of(request);
  CHECK(says.has_update);
  CHECK(says.has_100rel);
  CHECK(says.needs_100rel);
  CHECK(says.has_timer);
  CHECK(says.session == call::SessionTerms{.expires = Seconds(600), .least = Seconds(120)});
}

TEST_CASE("extensions: session headers of requests and answers", "[exchange]") {
  CHECK(session_headers({}) == Headers{{"Supported", "timer"}});
  CHECK(session_headers({.expires = Seconds(1800), .least = Seconds(90)}, true) ==
        Headers{{"Supported", "timer, 100rel"}, {"Session-Expires", "1800"}, {"Min-SE", "90"}});
  CHECK(session_headers(
            {.expires = Seconds(90), .refresher = Refresher::asker, .is_required = true}) ==
        Headers{
            {"Supported", "timer"}, {"Session-Expires", "90;refresher=uac"}, {"Require", "timer"}});
}

TEST_CASE("extensions: reasons are passed on, ours fills the gap", "[exchange]") {
  const Headers said{{"Reason", "SIP;cause=200;text=\"elsewhere\""},
                     {"reason", "Q.850;cause=17"},
                     {"Reason", std::string(1000, 'x')},
                     {"Subject", "Q.850;cause=3"}};
  const call::Reasons reasons = reasons_of(said);
  CHECK(reasons.q850_cause == 17);
  CHECK(reasons.values ==
        std::vector<std::string>{"SIP;cause=200;text=\"elsewhere\"", "Q.850;cause=17"});
  CHECK(reason_headers(16, "so", reasons.values).size() == 2);
  CHECK(reason_headers(16, "so", {"SIP;cause=486"}) ==
        Headers{{"Reason", "SIP;cause=486"}, {"Reason", "Q.850;cause=16;text=\"so\""}});
  CHECK(reasons_of(Headers(100, {"Reason", "SIP;cause=1"})).values.size() == 4);
}

}  // namespace trunkline::exchange
