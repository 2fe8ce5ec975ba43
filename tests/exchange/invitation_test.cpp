// SPDX-License-Identifier: MIT
#include "exchange/invitation.h"

#include <catch2/catch.hpp>

#include "exchange/numbered_devices.h"
#include "support/numbered.h"

namespace trunkline::exchange {
namespace {

using test::numbered;

registrar::Binding binding(const char* peer) {
  registrar::Binding binding;
  binding.contact.uri = sip::Uri::parse("sip:bob@10.0.0.5:5070").value();
  binding.flow.peer = sip::Endpoint::parse(peer).value();
  binding.path = {"<sip:edge.example;lr>"};
  return binding;
}

struct Asking {
  directory::RecordingMode tenant_mode = directory::RecordingMode::off;
  directory::RecordingMode caller_mode = directory::RecordingMode::inherit;
  directory::RecordingMode called_mode = directory::RecordingMode::inherit;
  sip::Request request = {};
  std::vector<registrar::Binding> bindings = {binding("192.0.2.9:40000")};

  Asking() {
    request.method = sip::Method::invite;
    request.uri = sip::Uri::parse("sip:102@example.org").value();
    request.call_id = "abc@phone";
    request.user_agent = "phone/1";
    request.flow.peer = sip::Endpoint::parse("192.0.2.1:5060").value();
    request.content_type = "application/sdp";
    request.body = "v=0\r\n";
  }
  Invitation ask() {
    directory::Device caller = device(10, "alice", "101");
    caller.recording = caller_mode;
    directory::Device called = device(11, "bob", "102");
    called.recording = called_mode;
    const directory::Snapshot snapshot(1,
                                       {{.id = kTenant,
                                         .name = "main",
                                         .domain = "example.org",
                                         .is_default = true,
                                         .recording = tenant_mode}},
                                       {caller, called});
    return invitation_for({.request = request,
                           .snapshot = snapshot,
                           .tenant = snapshot.tenants().front(),
                           .caller = snapshot.devices().front(),
                           .now = core::from_microseconds(1'795'000'000'000'000)},
                          [this](core::DeviceId) { return bindings; });
  }
};

}  // namespace

TEST_CASE("invitation: an INVITE becomes one to each contact", "[exchange]") {
  Asking asking;
  asking.bindings.push_back(binding("192.0.2.10:5060"));
  asking.request.max_forwards = 20;
  const Invitation invitation = asking.ask();
  const call::Invited& invited = invitation.invited;
  CHECK_FALSE(invited.refusal);
  CHECK(invited.caller.name == "alice");
  CHECK(invited.caller.number == "101");
  CHECK(invited.caller.call_id == "abc@phone");
  CHECK(invited.caller.address == "192.0.2.1:5060");
  CHECK(invited.called.name == "bob");
  CHECK(invited.rule == "extension");
  CHECK(invited.offer == "v=0\r\n");
  REQUIRE(invited.targets.size() == 2);
  CHECK(invited.targets[0].address == "192.0.2.9:40000");
  CHECK(invited.targets[1].call_id == invited.call.text() + ".2");
  REQUIRE(invitation.outgoing.size() == 2);
  const sip::Outgoing& first = invitation.outgoing.front();
  CHECK(first.target.text() == "sip:bob@10.0.0.5:5070");
  CHECK(first.flow.peer.text() == "192.0.2.9:40000");
  CHECK(first.from.uri.text() == "sip:101@example.org");
  CHECK(first.from.display_name == "Someone");
  CHECK(first.to.uri.text() == "sip:102@example.org");
  CHECK(first.call_id == invited.targets[0].call_id);
  CHECK(first.routes == std::vector<std::string>{"<sip:edge.example;lr>"});
  CHECK(first.max_forwards == 19);
}

TEST_CASE("invitation: either party's mode makes a recording", "[exchange]") {
  using directory::RecordingMode;
  struct Row {
    RecordingMode tenant, caller, called;
    bool is_recorded;
    std::string rule;
  };
  const auto inherit = RecordingMode::inherit;
  const auto always = RecordingMode::always;
  const auto off = RecordingMode::off;
  for (const Row& row :
       {Row{off, inherit, inherit, false, "tenant"}, Row{always, inherit, inherit, true, "tenant"},
        Row{off, always, inherit, true, "device alice"},
        Row{off, inherit, always, true, "device bob"}, Row{always, off, off, false, "device alice"},
        Row{always, off, inherit, true, "tenant"}, Row{off, off, always, true, "device bob"}}) {
    CAPTURE(int(row.tenant), int(row.caller), int(row.called));
    Asking asking;
    asking.tenant_mode = row.tenant;
    asking.caller_mode = row.caller;
    asking.called_mode = row.called;
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.is_recorded == row.is_recorded);
    CHECK(invitation.invited.recording.has_value() == row.is_recorded);
    CHECK(invitation.invited.recording_rule == row.rule);
  }
}

TEST_CASE("invitation: what cannot be done is refused by name", "[exchange]") {
  SECTION("a required extension") {
    Asking asking;
    asking.request.require = {"100rel", "replaces", "timer", "gruu"};
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 420);
    CHECK(invitation.refusal_headers ==
          std::vector<sip::Header>{{"Unsupported", "replaces, gruu"}});
    CHECK(invitation.invited.rule == "protocol");
  }
  SECTION("a body that is no SDP") {
    Asking asking;
    asking.request.content_type = "text/plain";
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 415);
    CHECK(invitation.invited.refusal->reason == "the body must be understood, but is text/plain");
    CHECK(invitation.refusal_headers ==
          std::vector<sip::Header>{
              {"Accept", "application/sdp, multipart/mixed, multipart/alternative"}});
  }
  SECTION("a body that is packed") {
    Asking asking;
    asking.request.headers = {{"Content-Encoding", "gzip"}};
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 415);
    CHECK(invitation.refusal_headers == std::vector<sip::Header>{{"Accept-Encoding", "identity"}});
  }
  SECTION("an Accept that no answer fits") {
    Asking asking;
    asking.request.headers = {{"Accept", "text/nobodyKnowsThis"}};
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 406);
    CHECK(invitation.invited.rule == "protocol");
  }
  SECTION("privacy beyond what there is") {
    Asking asking;
    asking.request.headers = {{"Privacy", "location; critical"}};
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 500);
    CHECK(invitation.invited.refusal->reason == "privacy cannot be had as asked for: location");
  }
  SECTION("no hops left") {
    Asking asking;
    asking.request.max_forwards = 0;
    CHECK(asking.ask().invited.refusal->status == 483);
  }
  SECTION("nobody of that name") {
    Asking asking;
    asking.request.uri.user = "105";
    const Invitation invitation = asking.ask();
    CHECK(invitation.invited.refusal->status == 404);
    CHECK(invitation.invited.rule == "none");
    CHECK(invitation.invited.dialled == "105");
  }
  SECTION("nowhere registered: no target") {
    Asking asking;
    asking.bindings.clear();
    const Invitation invitation = asking.ask();
    CHECK_FALSE(invitation.invited.refusal);
    CHECK(invitation.invited.targets.empty());
    CHECK(invitation.invited.called.name == "bob");
  }
}

}  // namespace trunkline::exchange
