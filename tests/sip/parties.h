// SPDX-License-Identifier: MIT
#pragma once

// The two parties of a call between agents of ours, with everything that happened to each.

#include <catch2/catch.hpp>

#include "sip/loopback.h"

namespace trunkline::sip_test {

/// The called end of one call, with everything that happened to it.
struct Called {
  explicit Called(World& world, sip::AgentOptions options = {})
      : agent(world.agent(std::move(options))) {
    agent->on_request([this](sip::IncomingRequest incoming) {
      request = incoming.request();
      ++invites;
      auto opened = std::move(incoming).open_dialog();
      dialog = std::move(opened.dialog);
      invite = std::move(opened.invite);
      invite->on_events({.cancelled =
                             [this](const auto& reason) {
                               ++cancelled;
                               cancel_reason = reason;
                               if (answers_cancel) invite->answer({.status = 487});
                             },
                         .acknowledged =
                             [this](const sip::Content& ack) {
                               ++acknowledged;
                               ack_body = ack.body;
                             },
                         .unacknowledged = [this] { ++unacknowledged; }});
      dialog->on_request([this](std::unique_ptr<sip::ServerTransaction> transaction) {
        within.push_back(transaction->request());
        if (transaction->request().method == sip::Method::invite) {
          reinvite = std::move(transaction);
          return;
        }
        transaction->answer({.status = 200});
      });
    });
  }

  std::unique_ptr<sip::Agent> agent;
  sip::Request request;
  std::unique_ptr<sip::Dialog> dialog;
  std::unique_ptr<sip::ServerTransaction> invite;
  std::unique_ptr<sip::ServerTransaction> reinvite;
  std::vector<sip::Request> within;
  std::vector<sip::Header> cancel_reason;
  std::string ack_body;
  int invites = 0;
  int cancelled = 0;
  int acknowledged = 0;
  int unacknowledged = 0;
  bool answers_cancel = true;
};

struct Caller {
  Caller(World& world, std::uint16_t port, std::string transport = "udp")
      : agent(world.agent()),
        dialog(agent->dial(
            {.target = *sip::Uri::parse(
                 fmt::format("sip:bob@127.0.0.1:{};transport={}", port, transport)),
             .from = {.display_name = "Alice", .uri = *sip::Uri::parse("sip:alice@example.org")},
             .to = {.uri = *sip::Uri::parse("sip:bob@example.org")}})) {
    dialog->on_request([this](std::unique_ptr<sip::ServerTransaction> transaction) {
      within.push_back(transaction->request());
      transaction->answer({.status = 200});
    });
  }

  void call(sip::Content content = sip::Content::sdp(kSdp)) {
    invite = dialog->invite(std::move(content),
                            {.provisional = [this](const auto& r) { provisional.push_back(r); },
                             .final = [this](const auto& r) { final.push_back(r); }});
  }

  std::unique_ptr<sip::Agent> agent;
  std::unique_ptr<sip::Dialog> dialog;
  std::unique_ptr<sip::ClientTransaction> invite;
  std::vector<sip::Response> provisional;
  std::vector<sip::Response> final;
  std::vector<sip::Request> within;
};

/// A call that has been answered and ACKed.
struct Call {
  explicit Call(World& world, sip::Protocol protocol = sip::Protocol::udp)
      : called(world),
        caller(world, port_of(*called.agent, protocol), std::string(sip::name_of(protocol))) {
    caller.call();
    REQUIRE(world.until([&] { return called.invites == 1; }));
    REQUIRE(called.invite->answer({.status = 200, .content = sip::Content::sdp(kSdp)}));
    REQUIRE(world.until([&] { return called.acknowledged == 1; }));
    REQUIRE(caller.final.size() == 1);
  }
  Called called;
  Caller caller;
};

}  // namespace trunkline::sip_test
