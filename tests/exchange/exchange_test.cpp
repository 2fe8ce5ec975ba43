// SPDX-License-Identifier: MIT
#include "exchange/exchange.h"

#include <catch2/catch.hpp>

#include "exchange/site.h"

namespace trunkline::exchange {

TEST_CASE("exchange: two phones register, talk and hang up", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  CHECK(call.has(180));
  CHECK(received.from.uri.user == "101");
  CHECK(received.from.display_name == "alice");
  CHECK(site.relay.sessions.size() == 1);
  CHECK(site.stored_calls() == 1);

  site.alice->hang_up(call);
  REQUIRE(
      run_until(site.root, [&] { return received.is_hung_up && !call.request_statuses.empty(); }));
  CHECK(call.request_statuses == std::vector<int>{200});
  REQUIRE(site.becomes_idle());
  CHECK(site.relay.sessions.empty());
  CHECK(site.stored_calls() == 0);
  for (const char* kind : {"call.started", "call.ringing", "call.answered", "call.ended"}) {
    CAPTURE(kind);
    CHECK(site.entries(kind).size() == 1);
  }
  const core::Json ended = site.ended();
  CHECK(ended["disposition"] == "answered");
  CHECK(ended["ended_by"] == "caller");
  CHECK(ended["caller"]["name"] == "alice");
  CHECK(ended["caller"]["address"] == site.alice->address());
  CHECK(ended["called"]["address"] == site.bob->address());
  CHECK(ended["rule"] == "extension");
}

TEST_CASE("exchange: the called side hangs up", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  site.bob->hang_up(site.bob->calls.back());
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["ended_by"] == "called");
}

TEST_CASE("exchange: the called side hangs up before the caller has its answer", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.has(180); }));
  PhoneCall& received = site.bob->calls.back();
  site.bob->hangs_up_at_once = true;
  site.bob->answer(received);
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  CHECK(call.final() == 200);
  REQUIRE(site.becomes_idle());
  CHECK(received.request_statuses == std::vector<int>{200});
  const core::Json ended = site.ended();
  CHECK(ended["disposition"] == "answered");
  CHECK(ended["ended_by"] == "called");
  CHECK(ended["sip_status"] == 200);
  CHECK(ended.contains("talk_ms"));
}

TEST_CASE("exchange: both hang up at once", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  site.alice->hang_up(call);
  site.bob->hang_up(site.bob->calls.back());
  REQUIRE(site.becomes_idle());
  CHECK(site.entries("call.ended").size() == 1);
  CHECK(site.relay.count_of("delete") == 1);
}

TEST_CASE("exchange: how a call fails", "[exchange]") {
  struct Row {
    std::string dialled;
    Manner manner;
    int status;
    std::string disposition;
    int q850_cause;
  };
  const std::vector<Row> rows{
      {"102", Manner::is_busy, 486, "busy", 17},    {"102", Manner::declines, 603, "rejected", 21},
      {"105", Manner::answers, 404, "refused", 1},  {"103", Manner::answers, 480, "refused", 20},
      {"101", Manner::answers, 486, "refused", 17}, {"112", Manner::answers, 503, "refused", 42},
  };
  Site site;
  site.start();
  site.register_phones();
  for (const Row& row : rows) {
    CAPTURE(row.dialled, row.status);
    site.bob->manner = row.manner;
    PhoneCall& call = site.alice->call(row.dialled);
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    CHECK(call.final() == row.status);
    CHECK(sip::q850_cause(call.headers) == row.q850_cause);
    REQUIRE(site.becomes_idle());
    const core::Json ended = site.ended();
    CHECK(ended["disposition"] == row.disposition);
    CHECK(ended["sip_status"] == row.status);
    CHECK(ended["q850_cause"] == row.q850_cause);
  }
  CHECK(site.relay.sessions.empty());
}

TEST_CASE("exchange: wrong credentials get neither contact nor call", "[exchange]") {
  Site site;
  site.start();
  Phone stranger(site.root, "alice", "guess");
  CHECK(stranger.register_at(site.server()) == 403);
  PhoneCall& call = stranger.call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 403);
  CHECK(site.entries("call.ended").empty());
  CHECK(site.exchange->status()["registrations"] == 0);
}

TEST_CASE("exchange: the caller gives up", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.has(180); }));
  call.sent->cancel();
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 487);
  REQUIRE(site.becomes_idle());
  CHECK(site.bob->calls.back().is_cancelled);
  CHECK(site.ended()["disposition"] == "cancelled");
}

TEST_CASE("exchange: nobody answers", "[exchange]") {
  Site site;
  site.options.ring_timeout = core::Milliseconds(300);
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 480);
  REQUIRE(site.becomes_idle());
  CHECK(site.bob->calls.back().is_cancelled);
  CHECK(site.ended()["disposition"] == "missed");
  CHECK(site.ended()["q850_cause"] == 19);
}

TEST_CASE("exchange: early media reaches the caller", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::rings_with_media;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.has(183); }));
  CHECK(call.bodies.back() == kPhoneSdp);
  site.bob->answer(site.bob->calls.back());
  REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
}

TEST_CASE("exchange: of two contacts one answers, the other stops ringing", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  Phone desk(site.root, "bob", "bob-secret");
  REQUIRE(desk.register_at(site.server()) == 200);
  site.bob->manner = Manner::rings;
  desk.manner = Manner::rings;
  PhoneCall& call = site.alice->call("bob");
  REQUIRE(run_until(site.root, [&] { return !site.bob->calls.empty() && !desk.calls.empty(); }));
  desk.answer(desk.calls.back());
  REQUIRE(run_until(site.root,
                    [&] { return call.final() == 200 && site.bob->calls.back().is_cancelled; }));
  const auto reason = sip::find_header(site.bob->calls.back().cancel_headers, "Reason");
  REQUIRE(reason);
  CHECK(reason->find("cause=200") != std::string::npos);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["called"]["address"] == desk.address());
}

TEST_CASE("exchange: hold and resume from either side", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& received = site.bob->calls.back();
  site.alice->reinvite(call, kPhoneHoldSdp);
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 1; }));
  CHECK(call.request_statuses.back() == 200);
  CHECK(received.offer == kPhoneHoldSdp);
  site.alice->reinvite(call, kPhoneSdp);
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 2; }));
  site.bob->reinvite(received, kPhoneHoldSdp);
  REQUIRE(run_until(site.root, [&] { return received.request_statuses.size() == 1; }));
  CHECK(received.request_statuses.back() == 200);
  CHECK(call.offer == kPhoneHoldSdp);
  run_for(site.root, core::Milliseconds(50));
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["disposition"] == "answered");
}

TEST_CASE("exchange: an INVITE without SDP is offered by the called phone", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.alice->call("102", "");
  REQUIRE(run_until(site.root, [&] { return call.final() == 200; }));
  CHECK(call.bodies.back() == kPhoneSdp);
  PhoneCall& received = site.bob->calls.back();
  CHECK(received.offer.empty());
  CHECK_FALSE(received.is_acknowledged);
  call.sent->acknowledge(sip::Content::sdp(kPhoneHoldSdp));
  REQUIRE(run_until(site.root, [&] { return received.is_acknowledged; }));
  CHECK(received.acknowledged_sdp == kPhoneHoldSdp);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("exchange: the recording mode of either party reaches the relay", "[exchange]") {
  Site site;
  site.bobs_recording = directory::RecordingMode::always;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  const ng::Dictionary offer = site.relay.last("offer");
  CHECK(offer.text("trunkline-record") == "always");
  CHECK(offer.text("from-tag") == "caller");
  CHECK(site.relay.last("answer").text("to-tag") == "called-1");
  const std::string recording(offer.text("trunkline-recording"));
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["recording_mode"] == "always");
  CHECK(site.ended()["recording"] == recording);
}

TEST_CASE("exchange: a relay that does not answer costs new calls, not live ones", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& live = site.connect();
  site.relay.is_silent = true;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 503);
  CHECK_FALSE(live.is_hung_up);
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["calls"] == 1; }));
  CHECK(site.ended()["reason"].get<std::string>().starts_with("media node "));
  // Deletions it missed are made up for.
  site.alice->hang_up(live);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("exchange: a relay that refuses the offer gives 488", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.relay.refuses = "offer";
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 488);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("exchange: a relay without a free port is congestion: 503, try later", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.relay.is_full = true;
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 503);
  CHECK(sip::find_header(call.headers, "Retry-After"));
  CHECK(sip::q850_cause(call.headers) == 42);
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["q850_cause"] == 42);
  CHECK(site.ended()["reason"] == "media node is at its limit: no free port pair");
}

TEST_CASE("exchange: a relay that was restarted has lost its sessions, and their calls end",
          "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  site.relay.stop();
  REQUIRE(run_until(
      site.root, [&] { return !site.exchange->status()["media"]["nodes"][0]["is_up"].get<bool>(); },
      core::Seconds(15)));
  CHECK_FALSE(call.is_hung_up);
  site.relay.start();
  REQUIRE(run_until(
      site.root, [&] { return call.is_hung_up; }, core::Seconds(15)));
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["reason"] == "the media relay lost the session");
}

TEST_CASE("exchange: a call whose party has forgotten it is found and ended", "[exchange]") {
  Site site;
  site.options.stale_after = core::Milliseconds(200);
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  REQUIRE(run_until(site.root,
                    [&] { return site.alice->options_seen > 0 && site.bob->options_seen > 0; }));
  CHECK(site.exchange->status()["calls"] == 1);
  site.bob->knows_its_dialogs = false;
  REQUIRE(run_until(site.root, [&] { return call.is_hung_up; }));
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["reason"] == "a party is gone without a word");
  CHECK_FALSE(site.bob->calls.back().is_hung_up);
}

TEST_CASE("exchange: calls of a former process are closed as interrupted", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  site.alice->reinvite(call, kPhoneHoldSdp);
  REQUIRE(run_until(site.root, [&] { return call.request_statuses.size() == 1; }));
  run_for(site.root, core::Milliseconds(50));
  REQUIRE(site.stored_calls() == 1);
  site.stop();
  site.start();
  REQUIRE(
      run_until(site.root, [&] { return call.is_hung_up && site.bob->calls.back().is_hung_up; }));
  REQUIRE(run_until(site.root, [&] { return site.relay.sessions.empty(); }));
  CHECK(site.stored_calls() == 0);
  const core::Json ended = site.ended();
  CHECK(ended["disposition"] == "interrupted");
  CHECK(ended["state"] == "ended");
  CHECK(ended.contains("answered_at"));
  // The bindings survived: a new call works without a new registration.
  PhoneCall& again = site.connect();
  site.alice->hang_up(again);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("exchange: too many calls are shed", "[exchange]") {
  Site site;
  site.options.guard.calls = 1;
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  PhoneCall& shed = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return shed.final() != 0; }));
  CHECK(shed.final() == 503);
  CHECK(sip::find_header(shed.headers, "Retry-After"));
  CHECK(site.exchange->status()["shed"] == 1);
  site.alice->hang_up(call);
  REQUIRE(site.becomes_idle());
}

TEST_CASE("exchange: draining takes no calls, waits for the live ones, then hangs up",
          "[exchange]") {
  Site site;
  site.options.drain_timeout = core::Milliseconds(600);
  site.start();
  site.register_phones();
  PhoneCall& call = site.connect();
  bool is_drained = false;
  site.exchange->drain([&] { is_drained = true; });
  PhoneCall& refused = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return refused.final() != 0; }));
  CHECK(refused.final() == 503);
  run_for(site.root, core::Milliseconds(100));
  CHECK_FALSE(is_drained);
  SECTION("they end by themselves") {
    site.alice->hang_up(call);
    REQUIRE(run_until(site.root, [&] { return is_drained; }));
    CHECK(site.ended()["ended_by"] == "caller");
  }
  SECTION("they last too long") {
    REQUIRE(run_until(site.root, [&] { return is_drained; }));
    CHECK(call.is_hung_up);
    CHECK(site.ended()["reason"] == "the exchange is stopping");
  }
}

TEST_CASE("exchange: a device that is disabled loses its bindings, its call goes on",
          "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  REQUIRE(site.carol->register_at(site.server()) == 200);
  CHECK(site.exchange->status()["registrations"] == 3);
  site.exchange->set_directory(site.directory(false));
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["registrations"] == 2; }));
  CHECK(site.carol->register_at(site.server()) == 403);
}

TEST_CASE("exchange: a hundred calls leave nothing behind", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  const core::Json before = site.exchange->status();
  constexpr int kCalls = 100;
  for (int i = 0; i < kCalls; ++i) {
    site.bob->manner = i % 3 == 0 ? Manner::is_busy : Manner::answers;
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    if (call.final() != 200) continue;
    (i % 2 == 0 ? site.alice : site.bob)->hang_up(i % 2 == 0 ? call : site.bob->calls.back());
  }
  REQUIRE(site.becomes_idle());
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["sip"]["dialogs"] == 0; }));
  const core::Json after = site.exchange->status();
  CHECK(after["descriptors"] == before["descriptors"]);
  CHECK(after["timers"] == 0);
  CHECK(after["sip"]["client_transactions"] == 0);
  CHECK(after["sip"]["server_transactions"] == 0);
  CHECK(after["media"]["nodes"][0]["calls"] == 0);
  CHECK(site.relay.sessions.empty());
  CHECK(site.entries("call.ended").size() == kCalls);
  CHECK(site.stored_calls() == 0);
}

}  // namespace trunkline::exchange
