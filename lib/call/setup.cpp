// SPDX-License-Identifier: MIT
// From the caller's INVITE to its final answer.
#include <utility>
#include <vector>

#include "call/machine.h"

namespace trunkline::call {
namespace {

/// For the relay's last answer and the journal's commit, once a phone was picked up.
constexpr core::Milliseconds kAnswerPatience = core::Seconds(10);

}  // namespace

void Machine::open_record(const Invited& event) {
  Record& record = state_.record;
  record.call = event.call;
  record.tenant = event.tenant;
  record.caller = event.caller;
  record.called = event.called;
  record.is_anonymous = event.is_anonymous;
  record.dialled = event.dialled;
  record.rule = event.rule;
  record.is_recorded = event.is_recorded;
  record.recording = event.recording;
  record.recording_rule = event.recording_rule;
  record.started = now_;
}

void Machine::on(const Invited& event) {
  if (state_.phase != Phase::fresh) return;
  open_record(event);
  state_.ring_timeout = event.ring_timeout;
  state_.session_policy = event.session_policy;
  state_.legs.push_back({.dialog = Dialog::invited,
                         .call_id = event.caller.call_id,
                         .address = event.caller.address,
                         .says = event.says});
  state_.groups.push_back({.called = event.called, .is_dialled = true});
  add_legs(event.targets, 0);
  if (event.targets.size() == 1) {
    state_.record.called.call_id = event.targets.front().call_id;
    state_.record.called.address = event.targets.front().address;
  }
  state_.phase = Phase::offering;
  if (event.refusal) {
    state_.record.recording.reset();
    return end({.disposition = Disposition::refused,
                .status = event.refusal->status,
                .q850_cause = q850_of(event.refusal->status),
                .by = EndedBy::system,
                .reason = event.refusal->reason});
  }
  if (const auto least = too_short(event.says, event.session_policy)) {
    state_.record.recording.reset();
    return end({.disposition = Disposition::refused,
                .status = 422,
                .q850_cause = q850_of(422),
                .by = EndedBy::system,
                .reason = "session interval too small",
                .least_session = *least});
  }
  if (event.targets.empty()) {
    state_.record.recording.reset();
    return end({.disposition = Disposition::refused,
                .status = 480,
                .q850_cause = 20,  // subscriber absent
                .by = EndedBy::system,
                .reason = "not registered"});
  }
  state_.started_ticket = append("call.started");
  if (event.offer.empty()) {
    state_.is_offered_by_called = true;
    return dial_all({});
  }
  offer_media(MediaPurpose::offer, kCallerLeg, std::nullopt, event.offer);
}

void Machine::dial_all(const std::string& sdp) {
  state_.phase = Phase::dialling;
  act(StartTimer{.timer = Timer::ring, .after = state_.ring_timeout});
  dial_group(0, sdp);
}

void Machine::dial(LegId id) {
  Leg& called = leg(id);
  called.dialog = Dialog::invited;
  // Of several branches only one could be heard for good. An offer in a reliable provisional answer
  // has to be answered in our PRACK, that is, by a caller who sends one.
  const bool has_100rel =
      state_.legs.size() == 2 && (!state_.is_offered_by_called || caller().says.has_100rel);
  act(Dial{.leg = id,
           .sdp = called.sdp_told,
           .has_100rel = has_100rel,
           .session = proposed(state_.session_policy, called.session_interval)});
}

void Machine::on(const MediaDone& event) {
  std::optional<MediaRequest> request;
  std::erase_if(state_.media_requests, [&](const MediaRequest& outstanding) {
    if (outstanding.number != event.request) return false;
    request = outstanding;
    return true;
  });
  if (!request) return;
  if (state_.phase == Phase::ending) return settle();
  switch (request->purpose) {
    case MediaPurpose::offer:
      return offer_done(event);
    case MediaPurpose::early_answer:
      return early_answer_done(event, *request);
    case MediaPurpose::early_offer:
      return early_offer_done(event, request->status);
    case MediaPurpose::early_completed:
      return early_completed(event);
    case MediaPurpose::answer:
      return answer_done(event);
    case MediaPurpose::reoffer:
      return reoffer_done(event);
    case MediaPurpose::reanswer:
      return reanswer_done(event);
    case MediaPurpose::refreshed:
    case MediaPurpose::remove:
      return;
  }
}

void Machine::offer_done(const MediaDone& event) {
  // The relay never saw this call: the caller may try another exchange, hence 503.
  if (!event.sdp) return media_failed(event.sdp.error(), 503);
  if (!state_.is_offered_by_called) {
    if (state_.phase == Phase::offering) dial_all(*event.sdp);
    return;
  }
  if (state_.phase != Phase::answering) return;
  state_.answer = *event.sdp;
  accept_caller();
}

void Machine::answer_done(const MediaDone& event) {
  if (!event.sdp) return media_failed(event.sdp.error(), 500);
  if (state_.phase == Phase::answering) {
    state_.answer = *event.sdp;
    return accept_caller();
  }
  // The caller's ACK brought the answer to the called side's offer.
  Leg& called = leg(*state_.winner);
  if (called.dialog != Dialog::unacknowledged) return;
  called.dialog = Dialog::confirmed;
  acknowledge(*state_.winner, *event.sdp);
}

void Machine::media_failed(const core::Fault& fault, int status_when_unreachable) {
  const bool is_unreachable = fault.code == core::ExitCode::unavailable;
  const int status = is_unreachable ? status_when_unreachable : 488;
  end({.disposition = Disposition::failed,
       .status = status,
       .q850_cause = q850_of(status),
       .by = EndedBy::system,
       .reason = fault.message});
}

void Machine::on(const Answered& event) {
  if (!knows(event.leg) || event.leg == kCallerLeg) return;
  Leg& called = leg(event.leg);
  if (called.dialog != Dialog::invited) return;
  called.dialog = Dialog::unacknowledged;
  if (state_.phase == Phase::dialling && !called.is_cancelled) {
    heard(event.leg, event.says);
    run_session(event.leg, event.says.session, true);
    return win(event.leg, event.sdp);
  }
  // It crossed our CANCEL (RFC 3261 section 9.1): confirmed, and ended at once.
  acknowledge(event.leg);
  called.dialog = Dialog::confirmed;
  hang_up(event.leg);
}

void Machine::win(LegId winner, const std::string& sdp) {
  state_.winner = winner;
  state_.phase = Phase::answering;
  act(StopTimer{.timer = Timer::ring});
  each_called([&](LegId id, Leg& branch) {
    if (branch.dialog != Dialog::invited) return;
    branch.is_cancelled = true;
    act(CancelDial{.leg = id, .is_answered_elsewhere = true});
  });
  // From here on they talk: what relay and journal take on top is not the phones' time.
  state_.record.answered_at = now_.steady;
  Leg& called = leg(winner);
  state_.record.called = state_.groups.at(called.group).called;
  state_.record.called.call_id = called.call_id;
  state_.record.called.address = called.address;
  if (state_.renegotiation && state_.early_media_from != winner) refuse_renegotiation(491);
  if (!state_.is_offered_by_called) {
    acknowledge(winner);
    called.dialog = Dialog::confirmed;
  }
  if (called.has_settled_offer && caller().has_settled_offer) {
    // Both know already, and their 200s say nothing new (RFC 3261 section 13.2.1).
    act(StartTimer{.timer = Timer::answer, .after = kAnswerPatience});
    return accept_caller();
  }
  const std::string& answer = called.has_settled_offer || sdp.empty() ? called.sdp : sdp;
  if (answer.empty()) {
    return end({.disposition = Disposition::failed,
                .status = 500,
                .q850_cause = 41,
                .by = EndedBy::system,
                .reason = "the called phone answered without a session description"});
  }
  act(StartTimer{.timer = Timer::answer, .after = kAnswerPatience});
  if (state_.is_offered_by_called) {
    called.withholds_acknowledgement = true;
    offer_media(MediaPurpose::offer, winner, kCallerLeg, sdp);
    return;
  }
  answer_media(MediaPurpose::answer, kCallerLeg, winner, std::string(answer));
}

void Machine::accept_caller() {
  Record& record = state_.record;
  record.stage = Stage::connected;
  record.sip_status = 200;
  state_.answered_ticket = append("call.answered");
}

void Machine::on(const Failed& event) {
  if (!knows(event.leg) || event.leg == kCallerLeg) return;
  Leg& called = leg(event.leg);
  if (called.dialog != Dialog::invited) return;
  const bool is_too_short = event.status == 422 && event.least_session > core::Seconds(0) &&
                            event.least_session <= kLongestSession &&
                            state_.session_policy.expires > core::Seconds(0);
  const bool is_first = called.session_interval == core::Seconds(0);
  // RFC 4028 section 7.3: once more, with the interval it wants.
  if (is_too_short && is_first && state_.phase == Phase::dialling && !called.is_cancelled) {
    called.session_interval = event.least_session;
    return dial(event.leg);
  }
  called.dialog = Dialog::over;
  called.failed_with = event.status;
  called.failure = event.reason;
  called.failure_reasons = event.reasons;
  if (state_.phase != Phase::dialling) return settle();
  if (!dial_next(event.leg, event)) decide_failed_branches();
}

void Machine::on(const Committed& event) {
  const Ending journal_failed{.disposition = Disposition::failed,
                              .status = 503,
                              .q850_cause = 41,
                              .by = EndedBy::system,
                              .reason = "the journal cannot be written"};
  if (event.ticket == state_.ended_ticket && state_.ended_ticket != 0) {
    state_.is_end_settled = true;
    return close_answers(event.is_on_disk);
  }
  const bool is_before_answer = state_.phase == Phase::offering || state_.phase == Phase::dialling;
  if (event.ticket == state_.started_ticket) {
    if (!event.is_on_disk && is_before_answer) end(journal_failed);
    return;
  }
  if (event.ticket != state_.answered_ticket || state_.phase != Phase::answering) return;
  if (!event.is_on_disk) return end(journal_failed);
  state_.is_answer_committed = true;
  send_answer();
}

void Machine::send_answer() {
  // RFC 3262 section 3: no 2xx before the PRACK of what had a description.
  if (caller().awaits_prack || state_.phase != Phase::answering) return;
  act(StopTimer{.timer = Timer::answer});
  state_.phase = Phase::connected;
  caller().dialog = Dialog::unacknowledged;
  caller().awaits_acknowledgement = true;
  std::string sdp = std::exchange(state_.answer, {});
  if (caller().has_settled_offer) sdp.clear();
  told(kCallerLeg, sdp);
  const SessionTerms session = granted(caller().says, state_.session_policy);
  act(Accept{.sdp = std::move(sdp), .session = session});
  run_session(kCallerLeg, session, false);
  if (state_.early_hang_up) hung_up_by(*state_.winner, state_.early_hang_up->reasons);
}

void Machine::on(const Cancelled& event) {
  if (state_.phase == Phase::fresh || caller().dialog != Dialog::invited) return;
  // After the call has ended the answer it has coming is on its way.
  end({.disposition = Disposition::cancelled,
       .status = 487,
       .q850_cause = event.reasons.q850_cause.value_or(16),
       .by = EndedBy::caller,
       .reason = "cancelled by the caller",
       .passed_on = event.reasons.values});
}

}  // namespace trunkline::call
