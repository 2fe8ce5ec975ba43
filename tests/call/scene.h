// SPDX-License-Identifier: MIT
#pragma once

// A call on a stage: feeds events to step() on a clock of its own and tells what it asked for, as
// lines of describe().

#include <string>
#include <utility>
#include <vector>

#include "call/step.h"
#include "core/json.h"

namespace trunkline::call {

using Lines = std::vector<std::string>;

inline const std::string kOffer =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n";
inline const std::string kHoldOffer = kOffer + "a=sendonly\r\n";
inline const std::string kAnswer =
    "v=0\r\no=- 2 2 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
    "m=audio 5000 RTP/AVP 0\r\n";

inline constexpr LegId kFirst{1};
inline constexpr LegId kSecond{2};
inline constexpr LegId kThird{3};

inline core::Result<std::string> relay_is_away() {
  return core::fault(core::ExitCode::unavailable, "no answer from udp:127.0.0.1:22222 in 3s");
}
inline core::Result<std::string> relay_refuses() {
  return core::fault(core::ExitCode::failed, "Unacceptable session");
}

inline Invited invitation(std::size_t contacts = 1, std::string offer = kOffer) {
  Invited invited{
      .call = core::CallRef(core::Uuid::parse("018f0000-0000-7000-8000-000000000001").value()),
      .tenant = core::TenantId(core::Uuid::parse("018f0000-0000-7000-8000-0000000000aa").value()),
      .caller = {.name = "alice",
                 .number = "101",
                 .call_id = "caller-call-id",
                 .address = "192.0.2.1:5060",
                 .user_agent = "phone/1"},
      .called = {.name = "bob", .number = "102"},
      .dialled = "102",
      .rule = "extension",
      .offer = std::move(offer)};
  for (std::size_t i = 1; i <= contacts; ++i) {
    invited.targets.push_back({.call_id = "called-call-id-" + std::to_string(i),
                               .address = "192.0.2.2:" + std::to_string(5060 + i)});
  }
  return invited;
}

class Scene {
 public:
  Lines on(Happening what) {
    Step result = step(std::move(state_), Event{.at = now_, .what = std::move(what)});
    state_ = std::move(result.state);
    Lines lines;
    for (const Action& action : result.actions) {
      lines.push_back(describe(action));
      if (const auto* appended = std::get_if<Append>(&action)) {
        last_body_ = core::parse_json(appended->body).value();
        last_ticket_ = appended->ticket;
      }
      if (const auto* offered = std::get_if<OfferMedia>(&action)) last_request_ = offered->request;
      if (const auto* answered = std::get_if<AnswerMedia>(&action)) {
        last_request_ = answered->request;
      }
      if (const auto* removed = std::get_if<DeleteMedia>(&action)) last_request_ = removed->request;
      if (const auto* rejected = std::get_if<Reject>(&action)) last_reject_ = *rejected;
    }
    return lines;
  }
  /// The relay's answer to what it was asked last.
  Lines media(core::Result<std::string> sdp = kAnswer) {
    return on(MediaDone{.request = last_request_, .sdp = std::move(sdp)});
  }
  /// The journal's answer to what it was asked last.
  Lines commit(bool is_on_disk = true) {
    return on(Committed{.ticket = last_ticket_, .is_on_disk = is_on_disk});
  }
  void pass(core::Milliseconds duration) {
    now_.steady += duration;
    now_.wall += duration;
  }
  void step_wall_clock(core::Milliseconds by) { now_.wall += by; }

  /// To the ringing phone.
  void ring(std::size_t contacts = 1) {
    on(invitation(contacts));
    media();
    pass(core::Milliseconds(120));
    on(Progressed{.leg = kFirst});
  }
  /// To two parties who talk.
  void connect(std::size_t contacts = 1) {
    ring(contacts);
    pass(core::Seconds(3));
    on(Answered{.leg = kFirst, .sdp = kAnswer});
    media();
    commit();
    on(Acknowledged{.leg = kCallerLeg});
    pass(core::Seconds(60));
  }

  const State& state() const { return state_; }
  const core::Json& body() const { return last_body_; }
  unsigned ticket() const { return last_ticket_; }
  unsigned request() const { return last_request_; }
  const Reject& rejected() const { return last_reject_; }
  bool is_finished() const { return state_.phase == Phase::finished; }

 private:
  State state_;
  Moment now_{.wall = core::from_microseconds(1'795'000'000'000'000),
              .steady = core::SteadyTime(core::Seconds(1000))};
  core::Json last_body_;
  unsigned last_ticket_ = 0;
  unsigned last_request_ = 0;
  Reject last_reject_;
};

}  // namespace trunkline::call
