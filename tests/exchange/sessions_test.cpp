// SPDX-License-Identifier: MIT
// What phones say within a call beyond RFC 3261: session timers, PRACK, UPDATE, INFO, reasons.
#include <catch2/catch.hpp>

#include "exchange/header.h"
#include "exchange/site.h"

namespace trunkline::exchange {
namespace {

using core::Seconds;
using sip::Method;

const sip::Header kKnowsTimers{"Supported", "timer"};

}  // namespace

TEST_CASE("sessions: the called phone's session is refreshed by UPDATE", "[exchange]") {
  Site site;
  site.options.session_policy = {.expires = Seconds(1800), .least = Seconds(1)};
  site.start();
  site.register_phones();
  site.bob->answer_headers = {{"Session-Expires", "6;refresher=uac"}, {"Require", "timer"}};
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  CHECK(header(received.headers, "Session-Expires") == "1800");
  CHECK(header(received.headers, "Min-SE") == "1");
  REQUIRE(run_until(site.root, [&] { return received.heard_count(Method::update) >= 1; }));
  CHECK(received.heard.back().body.empty());
  CHECK(header(received.heard.back().headers, "Session-Expires") == "6;refresher=uac");
  CHECK_FALSE(call.is_hung_up);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  CHECK(site.exchange->status()["timers"] == 0);
}

TEST_CASE("sessions: a caller that does not refresh is hung up, and booked so", "[exchange]") {
  Site site;
  site.options.session_policy = {.expires = Seconds(1800), .least = Seconds(1)};
  site.start();
  site.register_phones();
  site.alice->invite_headers = {kKnowsTimers, {"Session-Expires", "6;refresher=uac"}};
  PhoneCall& call = site.connect();
  CHECK(header(call.headers, "Session-Expires") == "6;refresher=uac");
  SECTION("it never does") {}
  SECTION("it does once") {
    run_for(site.root, core::Milliseconds(1500));
    site.alice->request(call, Method::update,
                        {.headers = {kKnowsTimers, {"Session-Expires", "6;refresher=uac"}}});
    REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
    CHECK(call.request_statuses == std::vector<int>{200});
    CHECK(header(call.headers, "Session-Expires") == "6;refresher=uac");
    // Past the end of the first interval.
    run_for(site.root, Seconds(3));
    CHECK_FALSE(call.is_hung_up);
  }
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  CHECK(site.bob->calls.back().is_hung_up);
  CHECK(sip::q850_cause(call.bye->request().headers) == 102);
  REQUIRE(site.becomes_idle());
  const core::Json ended = site.ended();
  CHECK(ended["disposition"] == "answered");
  CHECK(ended["ended_by"] == "system");
  CHECK(ended["q850_cause"] == 102);
  CHECK(ended["reason"] == "a party did not refresh its session");
}

TEST_CASE("sessions: too short an interval is answered 422", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.alice->invite_headers = {kKnowsTimers, {"Session-Expires", "60"}};
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 422);
  CHECK(header(call.headers, "Min-SE") == "90");
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["sip_status"] == 422);
}

TEST_CASE("sessions: a called phone that wants a longer interval gets it", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::wants_longer_session;
  PhoneCall& call = site.connect();
  REQUIRE(site.bob->calls.size() == 2);
  CHECK(header(site.bob->calls[0].headers, "Session-Expires") == "1800");
  CHECK(header(site.bob->calls[1].headers, "Session-Expires") == "2000");
  CHECK(header(site.bob->calls[1].headers, "Min-SE") == "2000");
  CHECK(site.bob->calls[0].dialog->call_id() == site.bob->calls[1].dialog->call_id());
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  CHECK(site.entries("call.ended").size() == 1);
}

TEST_CASE("sessions: a reliable 183 is acknowledged on both legs", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings_reliably;
  site.alice->invite_headers = {{"Supported", "100rel"}};
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] {
    return call.has(183) && !site.bob->calls.empty() &&
           site.bob->calls.back().heard_count(Method::prack) == 1;
  }));
  PhoneCall& received = site.bob->calls.back();
  CHECK(received.supported == std::vector<std::string>{"timer", "100rel"});
  CHECK(header(received.heard.front().headers, "RAck").ends_with(" INVITE"));
  CHECK(call.bodies.back() == kPhoneSdp);
  SECTION("and then answered, with nothing new to say") {
    site.bob->answer(received, "");
    REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
    CHECK(call.bodies.back().empty());
    REQUIRE(run_until(site.root, [&] { return received.is_acknowledged; }));
    site.alice->hang_up(call);
  }
  SECTION("and put on hold by UPDATE before the answer") {
    site.alice->request(call, Method::update, sip::Content::sdp(kPhoneHoldSdp));
    REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
    CHECK(call.request_statuses == std::vector<int>{200});
    CHECK(received.heard.back().method == Method::update);
    CHECK(received.heard.back().body == kPhoneHoldSdp);
    site.bob->answer(received, "");
    REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
    site.alice->hang_up(call);
  }
  SECTION("and then cancelled") {
    call.sent->cancel();
  }
  REQUIRE(site.becomes_idle());
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["sip"]["dialogs"] == 0; }));
  CHECK(site.exchange->status()["sip"]["server_transactions"] == 0);
  CHECK(site.exchange->status()["sip"]["client_transactions"] == 0);
}

TEST_CASE("sessions: a caller that requires 100rel hears ringing reliably", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings;
  site.alice->invite_headers = {{"Require", "100rel"}};
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.has(180); }));
  CHECK(header(call.headers, "RSeq").empty());
  site.bob->answer(site.bob->calls.back());
  REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
  CHECK(call.bodies.back() == kPhoneSdp);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("sessions: hold by UPDATE reaches the other side by what it knows", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  SECTION("UPDATE") {
    site.bob->answer_headers = {{"Allow", "INVITE, UPDATE"}};
  }
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  site.alice->request(call, Method::update, sip::Content::sdp(kPhoneHoldSdp));
  REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
  CHECK(call.request_statuses == std::vector<int>{200});
  CHECK(call.bodies.back() == kPhoneSdp);
  REQUIRE_FALSE(received.heard.empty());
  CHECK(received.heard.back().body == kPhoneHoldSdp);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("sessions: DTMF by INFO goes through, with its answer", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  site.alice->request(
      call, Method::info,
      {.content_type = "application/dtmf-relay", .body = "Signal=5\r\nDuration=100"});
  REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
  CHECK(call.request_statuses == std::vector<int>{200});
  REQUIRE(received.heard_count(Method::info) == 1);
  CHECK(received.heard.back().content_type == "application/dtmf-relay");
  CHECK(received.heard.back().body == "Signal=5\r\nDuration=100");
  site.alice->request(call, Method::info, {.headers = {{"Info-Package", "nil"}}});
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 2; }));
  CHECK(call.request_statuses.back() == 469);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("sessions: reasons go from one side to the other", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  SECTION("of a BYE") {
    PhoneCall& call = site.connect();
    site.alice->request(call, Method::bye, {.headers = {{"Reason", "Q.850;cause=31;text=\"so\""}}});
    PhoneCall& received = site.bob->calls.back();
    REQUIRE(run_until(site.root, [&] { return received.is_hung_up; }));
    CHECK(header(received.heard.back().headers, "Reason") == "Q.850;cause=31;text=\"so\"");
    REQUIRE(site.becomes_idle());
    CHECK(site.ended()["q850_cause"] == 31);
  }
  SECTION("of a CANCEL") {
    site.bob->manner = Manner::rings;
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.has(180); }));
    call.sent->cancel({{"Reason", "SIP;cause=200;text=\"Call completed elsewhere\""}});
    PhoneCall& received = site.bob->calls.back();
    REQUIRE(run_until(site.root, [&] { return received.is_cancelled; }));
    CHECK(header(received.cancel_headers, "Reason") ==
          "SIP;cause=200;text=\"Call completed elsewhere\"");
    REQUIRE(site.becomes_idle());
  }
  SECTION("of a refusal") {
    site.bob->manner = Manner::is_busy;
    site.bob->busy_headers = {{"Reason", "Q.850;cause=34"}};
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.final() == 486; }));
    CHECK(header(call.headers, "Reason") == "Q.850;cause=34");
    REQUIRE(site.becomes_idle());
    CHECK(site.ended()["q850_cause"] == 34);
  }
}

TEST_CASE("sessions: both sides re-INVITE at once and are told to wait", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  site.alice->reinvite(call, kPhoneHoldSdp);
  site.bob->reinvite(received, kPhoneHoldSdp);
  REQUIRE(run_until(site.root, [&] {
    return !call.request_statuses.empty() && !received.request_statuses.empty();
  }));
  // Whoever was first is refused by the other's own, or goes through; nobody is left waiting.
  const bool is_glare =
      call.request_statuses.back() == 491 || received.request_statuses.back() == 491;
  CHECK(is_glare);
  run_for(site.root, core::Milliseconds(50));
  site.alice->reinvite(call, kPhoneSdp);
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 2; }));
  CHECK(call.request_statuses.back() == 200);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("sessions: a re-INVITE without SDP is offered by the other side", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  site.alice->reinvite(call, "");
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 1; }));
  CHECK(call.request_statuses.back() == 200);
  CHECK(call.bodies.back() == kPhoneSdp);
  CHECK(received.offer.empty());
  call.request->acknowledge(sip::Content::sdp(kPhoneHoldSdp));
  REQUIRE(run_until(site.root, [&] { return site.relay.count_of("answer") == 2; }));
  CHECK(site.relay.last("answer").text("sdp") == kPhoneHoldSdp);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("sessions: requests of a dialog that none began get 481", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  // A PRACK for what was never sent.
  site.alice->request(call, Method::prack, {.headers = {{"RAck", "77 1 INVITE"}}});
  REQUIRE(run_until(site.root, [&] { return !call.request_statuses.empty(); }));
  CHECK(call.request_statuses == std::vector<int>{481});
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

}  // namespace trunkline::exchange
