// SPDX-License-Identifier: MIT
#include "exchange/redirect.h"

#include <catch2/catch.hpp>

#include "exchange/header.h"
#include "exchange/numbered_devices.h"
#include "exchange/site.h"
#include "support/numbered.h"

namespace trunkline::exchange {
namespace {

using test::numbered;

registrar::Binding flow_from(const char* peer, std::string instance = {}) {
  registrar::Binding binding;
  binding.contact.uri = sip::Uri::parse("sip:x@10.0.0.5:5070").value();
  binding.contact.instance = std::move(instance);
  binding.flow.peer = sip::Endpoint::parse(peer).value();
  return binding;
}

sip::Contact contact(std::string_view uri, std::string q = {}) {
  sip::Contact contact;
  contact.uri = sip::Uri::parse(uri).value();
  contact.q = std::move(q);
  return contact;
}

/// Alice called bob, who redirects.
struct RedirectedCall {
  call::Record record = {};
  sip::Outgoing like = {};
  directory::Device carol = device(12, "carol", "103");

  RedirectedCall() {
    record.call = core::CallRef(numbered(99));
    record.tenant = kTenant;
    record.caller = {.device = numbered<core::DeviceId>(10), .name = "alice"};
    like.from.uri.user = "101";
    like.max_forwards = 19;
  }
  Redirect ask(std::vector<sip::Contact> contacts) const {
    directory::Device disabled = device(14, "dave", "104");
    disabled.is_enabled = false;
    const directory::Snapshot snapshot(
        1,
        {{.id = kTenant, .name = "main", .domain = "example.org", .is_default = true},
         {.id = core::TenantId(numbered(2)), .name = "two", .domain = "other.example"}},
        {device(10, "alice", "101"), device(11, "bob", "102"), carol, disabled,
         device(15, "erin", "105")});
    return redirect_for({.record = record,
                         .contacts = std::move(contacts),
                         .like = like,
                         .own_host = "192.0.2.1",
                         .tried = {numbered<core::DeviceId>(11)},
                         .next_leg = 2,
                         .now = core::from_microseconds(1'795'000'000'000'000)},
                        snapshot, [](core::DeviceId id) -> std::vector<registrar::Binding> {
                          if (id == numbered<core::DeviceId>(15)) return {};
                          return {flow_from("192.0.2.9:5060", "<urn:1>"),
                                  flow_from("192.0.2.8:5060"),
                                  flow_from("192.0.2.7:5060", "<urn:1>")};
                        });
  }
};

}  // namespace

TEST_CASE("redirect: who is followed, and why others are not", "[exchange]") {
  struct Row {
    std::string contact;
    std::string rule;
    std::string refusal;
  };
  for (const Row& row : {
           Row{"sip:103@example.org", "extension", ""},
           Row{"sip:carol@192.0.2.1:5060", "name", ""},
           Row{"sips:103@example.org", "extension", ""},
           Row{"sip:103@other.example", "", "other.example is not of this tenant"},
           Row{"sip:103@192.0.2.77", "", "192.0.2.77 is not of this tenant"},
           Row{"sip:example.org", "", "it names nobody who is called by SIP"},
           Row{"tel:+4930123", "", "it names nobody who is called by SIP"},
           Row{"sip:107@example.org", "none", "nobody is called 107"},
           Row{"sip:104@example.org", "extension", "device dave is disabled"},
           Row{"sip:101@example.org", "extension", "a device cannot call itself"},
           Row{"sip:102@example.org", "extension", "bob was called already"},
           Row{"sip:105@example.org", "extension", "erin is not registered"},
           Row{"sip:112@example.org", "emergency",
               "emergency number 112: this exchange has no trunk to the public network"},
       }) {
    INFO(row.contact);
    const Redirect redirect = RedirectedCall().ask({contact(row.contact)});
    REQUIRE(redirect.redirections.size() == 1);
    const call::Redirection& found = redirect.redirections.front();
    CHECK(found.rule == row.rule);
    CHECK(found.refusal == row.refusal);
    CHECK(found.targets.empty() != row.refusal.empty());
    CHECK(redirect.outgoing.size() == found.targets.size());
  }
}

TEST_CASE("redirect: contacts go by their q, nobody is called twice, five are enough",
          "[exchange]") {
  const Redirect redirect = RedirectedCall().ask(
      {contact("sip:1@example.org", "0.1"), contact("sip:103@example.org", "0.2"),
       contact("sip:carol@example.org", "0.2"), contact("sip:2@example.org", "0.9"),
       contact("sip:3@example.org"), contact("sip:4@example.org", "0.05")});
  std::vector<std::string> order;
  for (const call::Redirection& found : redirect.redirections) order.push_back(found.to);
  CHECK(order == std::vector<std::string>{"sip:3@example.org", "sip:2@example.org",
                                          "sip:103@example.org", "sip:carol@example.org",
                                          "sip:1@example.org"});
  CHECK(redirect.redirections[3].refusal == "carol was called already");
  RedirectedCall late;
  late.record.redirected.resize(4);
  CHECK(late.ask({contact("sip:103@example.org"), contact("sip:1@example.org")})
            .redirections.size() == 1);
}

TEST_CASE("redirect: what is dialled then", "[exchange]") {
  RedirectedCall redirected;
  redirected.carol.recording = directory::RecordingMode::always;
  const Redirect redirect = redirected.ask({contact("sip:103@example.org")});
  const call::Redirection& found = redirect.redirections.front();
  CHECK(found.called.name == "carol");
  CHECK(found.recording);
  CHECK(found.recording_rule == "device carol");
  REQUIRE(found.targets.size() == 3);
  // The flows of one instance stand together.
  CHECK(found.targets[0].address == "192.0.2.9:5060");
  CHECK(found.targets[1].address == "192.0.2.7:5060");
  CHECK(found.targets[1].is_spare);
  CHECK(found.targets[2].address == "192.0.2.8:5060");
  CHECK_FALSE(found.targets[2].is_spare);
  const sip::Outgoing& first = redirect.outgoing.front();
  CHECK(first.call_id == redirected.record.call.text() + ".2");
  CHECK(first.from.uri.user == "101");
  CHECK(first.to.uri.text() == "sip:103@example.org");
  CHECK(first.max_forwards == 19);
}

TEST_CASE("redirect: only those that name others to call", "[exchange]") {
  CHECK(is_redirect(300));
  CHECK(is_redirect(302));
  CHECK_FALSE(is_redirect(305));
  CHECK_FALSE(is_redirect(380));
  CHECK_FALSE(is_redirect(486));
}

TEST_CASE("redirect: a call goes where the called phone says", "[exchange]") {
  Site site;
  site.carols_recording = directory::RecordingMode::always;
  site.start();
  site.register_phones();
  REQUIRE(site.carol->register_at(site.server()) == 200);
  site.bob->manner = Manner::redirects;
  site.bob->redirect_headers = {
      {"Contact", "<sip:102@example.org>;q=0.7, <sip:carol@127.0.0.1>;q=0.5"}};
  SECTION("and is answered there") {
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] {
      return call.final() == 200 && !site.carol->calls.empty() &&
             site.carol->calls.back().is_acknowledged;
    }));
    CHECK(site.carol->calls.back().from.uri.text() == "sip:101@example.org");
    // It must be recorded, which nobody knew when the relay got its offer.
    REQUIRE(run_until(site.root, [&] { return site.relay.count_of("start recording") == 1; }));
    site.alice->hang_up(call);
    REQUIRE(site.becomes_idle());
    const core::Json ended = site.ended();
    CHECK(ended["called"]["name"] == "carol");
    CHECK(ended["called"]["dialled"] == "102");
    CHECK(ended["recording_mode"] == "always");
    CHECK(ended["recording_rule"] == "device carol");
    REQUIRE(ended["redirected"].size() == 2);
    CHECK(ended["redirected"][0]["refusal"] == "bob was called already");
    CHECK(ended["redirected"][1]["to"] == "sip:carol@127.0.0.1");
    CHECK_FALSE(ended["redirected"][1].contains("refusal"));
  }
  SECTION("and round in a circle not") {
    site.carol->manner = Manner::redirects;
    site.carol->redirect_headers = {{"Contact", "<sip:102@example.org>, <sip:101@example.org>"}};
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
    CHECK(call.final() == 480);
    CHECK(site.bob->calls.size() == 1);
    CHECK(site.carol->calls.size() == 1);
    REQUIRE(site.becomes_idle());
    CHECK(site.ended()["redirected"].size() == 4);
    CHECK(site.ended()["redirected"][3]["refusal"] == "a device cannot call itself");
  }
  SECTION("until the caller gives up") {
    site.carol->manner = Manner::rings;
    PhoneCall& call = site.alice->call("102");
    REQUIRE(run_until(site.root, [&] { return call.has(180); }));
    call.sent->cancel();
    REQUIRE(run_until(site.root, [&] { return call.final() == 487; }));
    REQUIRE(run_until(site.root, [&] { return site.carol->calls.back().is_cancelled; }));
  }
  REQUIRE(site.becomes_idle());
  REQUIRE(run_until(site.root, [&] { return site.exchange->status()["sip"]["dialogs"] == 0; }));
  CHECK(site.exchange->status()["timers"] == 0);
}

TEST_CASE("redirect: a refusal carries no contact of the phone's", "[exchange]") {
  Site site;
  site.start();
  site.register_phones();
  site.bob->manner = Manner::redirects;
  site.bob->redirect_headers = {{"Contact", "<sip:900@elsewhere.example>"}};
  PhoneCall& call = site.alice->call("102");
  REQUIRE(run_until(site.root, [&] { return call.final() != 0; }));
  CHECK(call.final() == 480);
  CHECK(header(call.headers, "Contact").empty());
  REQUIRE(site.becomes_idle());
  CHECK(site.ended()["redirected"][0]["refusal"] == "elsewhere.example is not of this tenant");
}

}  // namespace trunkline::exchange
