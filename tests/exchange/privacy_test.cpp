// SPDX-License-Identifier: MIT
#include "exchange/privacy.h"

#include <catch2/catch.hpp>

#include "exchange/header.h"
#include "exchange/site.h"

namespace trunkline::exchange {
namespace {

const std::string kNamedSdp =
    "v=0\r\no=alice 1 1 IN IP4 127.0.0.1\r\ns=Alice's call\r\ni=from home\r\nu=http://alice\r\n"
    "e=alice@example.org\r\np=+4930123\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\ni=Alice's voice\r\na=sendrecv\r\n";
const std::string kNamelessSdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";

sip::Party from_text(const std::string& uri) {
  sip::Party party;
  party.uri = sip::Uri::parse(uri).value();
  return party;
}

}  // namespace

TEST_CASE("privacy: what a caller asks for", "[exchange]") {
  struct Row {
    std::vector<sip::Header> headers;
    std::string from;
    bool is_anonymous;
    std::string impossible;
  };
  const std::string alice = "sip:alice@example.org";
  for (const Row& row : {
           Row{{}, alice, false, ""},
           Row{{{"Privacy", "none"}}, alice, false, ""},
           Row{{{"Privacy", "id"}}, alice, true, ""},
           Row{{{"privacy", "Header; Session"}}, alice, true, ""},
           Row{{{"Privacy", "session"}}, alice, false, ""},
           Row{{{"Privacy", "user,id"}}, alice, true, ""},
           Row{{{"Privacy", "id;critical"}}, alice, true, ""},
           Row{{{"Privacy", "location"}}, alice, false, ""},
           Row{{{"Privacy", "critical"}, {"Privacy", "location"}}, alice, false, "location"},
           Row{{}, "sip:anonymous@anonymous.invalid", true, ""},
       }) {
    CAPTURE(row.from, row.headers.empty() ? "" : row.headers.front().value);
    sip::Request request;
    request.headers = row.headers;
    request.from = from_text(row.from);
    const Privacy privacy = privacy_of(request);
    CHECK(privacy.is_anonymous == row.is_anonymous);
    CHECK(privacy.impossible == row.impossible);
  }
}

TEST_CASE("privacy: a session description without what people wrote in it", "[exchange]") {
  CHECK(without_names(kNamedSdp) == kNamelessSdp);
  CHECK(without_names(kNamelessSdp) == kNamelessSdp);
  CHECK(without_names("no sdp") == "no sdp");
}

TEST_CASE("privacy: the called phone is not told, the ledger is", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.alice->invite_headers = {{"P-Asserted-Identity", "\"The President\" <sip:1@example.org>"},
                                {"Remote-Party-ID", "<sip:1@example.org>;party=calling"}};
  bool is_anonymous = true;
  SECTION("as RFC 3325 asks for it") {
    site.alice->invite_headers.push_back({"Privacy", "id"});
  }
  SECTION("as phones do it") {
    site.alice->invite_headers.push_back({"Privacy", "user;id"});
    site.alice->shows_as = from_text("sip:anonymous@anonymous.invalid");
  }
  SECTION("not at all") {
    is_anonymous = false;
  }
  PhoneCall& call = site.alice->call("102", kNamedSdp);
  REQUIRE(run_until(site.root, [&] { return call.final() == 200 && site.bob->calls.size() == 1; }));
  const PhoneCall& received = site.bob->calls.back();
  CHECK(header(received.headers, "P-Asserted-Identity").empty());
  CHECK(header(received.headers, "Remote-Party-ID").empty());
  CHECK(header(received.headers, "P-Preferred-Identity").empty());
  CHECK(received.from.display_name == (is_anonymous ? "Anonymous" : "alice"));
  CHECK(received.from.uri.text() ==
        (is_anonymous ? "sip:anonymous@anonymous.invalid" : "sip:101@example.org"));
  CHECK(received.offer == (is_anonymous ? kNamelessSdp : kNamedSdp));
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  const core::Json caller = site.ended().at("caller");
  CHECK(caller.at("name") == "alice");
  CHECK(caller.at("number") == "101");
  CHECK(caller.value("is_anonymous", false) == is_anonymous);
}

TEST_CASE("privacy: who hides is asked who it is as itself, and is no scanner", "[exchange]") {
  Site site;
  site.start();
  site.alice->use(site.server());
  site.alice->shows_as = from_text("sip:anonymous@anonymous.invalid");
  site.alice->invite_headers = {{"P-Preferred-Identity", "<sip:alice@example.org>"}};
  for (int i = 0; i < 30; ++i) {
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    CHECK(call.final() == 480);
  }
  REQUIRE(site.becomes_idle());
  CHECK(site.ended().at("caller").at("name") == "alice");
  CHECK(site.entries("ban.banned").empty());
}

TEST_CASE("bodies: an offer in a multipart body is one, and a stranger beside it is refused",
          "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  const std::string type = "multipart/mixed;boundary=part";
  const std::string sdp = "--part\r\nContent-Type: application/sdp\r\n\r\n" + kPhoneSdp + "\r\n";
  const std::string isup = "--part\r\nContent-Type: application/isup\r\n";
  SECTION("it may be left alone") {
    PhoneCall& call = site.alice->call(
        "102",
        isup + "Content-Disposition: signal;handling=optional\r\n\r\nx\r\n" + sdp + "--part--\r\n",
        type);
    REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
    CHECK(site.bob->calls.back().offer == kPhoneSdp);
    site.alice->hang_up(call);
  }
  SECTION("it must be understood") {
    PhoneCall& call = site.alice->call("102", sdp + isup + "\r\nx\r\n--part--\r\n", type);
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    CHECK(call.final() == 415);
    // One of several: the stack that reads them makes each a header.
    CHECK(header(call.headers, "Accept") == "application/sdp");
    CHECK(std::ranges::count(call.headers, "Accept", &sip::Header::name) == 3);
  }
  SECTION("no answer would be accepted") {
    site.alice->invite_headers = {{"Accept", "text/plain"}};
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    CHECK(call.final() == 406);
    REQUIRE(site.becomes_idle());
    CHECK(site.ended()["reason"] == "no session description is accepted in the answer");
  }
  REQUIRE(site.becomes_idle());
}

}  // namespace trunkline::exchange
