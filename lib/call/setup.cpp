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
  record.dialled = event.dialled;
  record.rule = event.rule;
  record.is_recorded = event.is_recorded;
  record.recording = event.recording;
  record.started = now_;
}

void Machine::on(const Invited& event) {
  if (state_.phase != Phase::fresh) return;
  open_record(event);
  state_.ring_timeout = event.ring_timeout;
  state_.legs.push_back({.dialog = Dialog::invited,
                         .call_id = event.caller.call_id,
                         .address = event.caller.address});
  for (const auto& target : event.targets) {
    state_.legs.push_back({.call_id = target.call_id, .address = target.address});
  }
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
  each_called([&](LegId id, Leg& called) {
    called.dialog = Dialog::invited;
    act(Dial{.leg = id, .sdp = sdp});
  });
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
      return early_answer_done(event, request->status);
    case MediaPurpose::answer:
      return answer_done(event);
    case MediaPurpose::reoffer:
      return reoffer_done(event);
    case MediaPurpose::reanswer:
      return reanswer_done(event);
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

void Machine::on(const Progressed& event) {
  if (state_.phase != Phase::dialling || !knows(event.leg)) return;
  Leg& called = leg(event.leg);
  if (called.dialog != Dialog::invited || called.is_cancelled) return;
  called.is_ringing = true;
  note_ringing();
  // An offer in an unreliable provisional answer is none (RFC 3261 section 13.2.1).
  const bool has_early_media = !event.sdp.empty() && !state_.is_offered_by_called;
  // Of several branches the first one is heard.
  if (has_early_media && state_.early_media_from.value_or(event.leg) == event.leg) {
    state_.early_media_from = event.leg;
    answer_media(MediaPurpose::early_answer, kCallerLeg, event.leg, event.sdp, event.status);
    return;
  }
  act(Progress{.status = has_early_media ? 180 : event.status});
}

void Machine::note_ringing() {
  Record& record = state_.record;
  if (record.ringing_at) return;
  record.ringing_at = now_.steady;
  record.stage = Stage::ringing;
  append("call.ringing");
}

void Machine::early_answer_done(const MediaDone& event, int status) {
  if (state_.phase != Phase::dialling) return;
  // Without early media the caller's phone rings by itself.
  if (!event.sdp) return act(Progress{.status = 180});
  act(Progress{.status = status, .sdp = *event.sdp});
}

void Machine::on(const Answered& event) {
  if (!knows(event.leg) || event.leg == kCallerLeg) return;
  Leg& called = leg(event.leg);
  if (called.dialog != Dialog::invited) return;
  called.dialog = Dialog::unacknowledged;
  if (state_.phase == Phase::dialling && !called.is_cancelled) return win(event.leg, event.sdp);
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
  state_.record.called.call_id = called.call_id;
  state_.record.called.address = called.address;
  if (!state_.is_offered_by_called) {
    acknowledge(winner);
    called.dialog = Dialog::confirmed;
  }
  if (sdp.empty()) {
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
  answer_media(MediaPurpose::answer, kCallerLeg, winner, sdp);
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
  called.dialog = Dialog::over;
  called.failed_with = event.status;
  called.failure = event.reason;
  if (state_.phase != Phase::dialling) return settle();
  decide_failed_branches();
}

void Machine::decide_failed_branches() {
  std::vector<int> statuses;
  std::vector<const Leg*> failed;
  bool is_refused_everywhere = false;
  bool is_any_open = false;
  each_called([&](LegId, const Leg& called) {
    if (called.dialog != Dialog::over) {
      is_any_open = true;
      return;
    }
    statuses.push_back(called.failed_with);
    failed.push_back(&called);
    if (called.failed_with >= 600) is_refused_everywhere = true;
  });
  // RFC 3261 section 16.7 step 5: a 6xx ends the search, the other branches are cancelled.
  if (is_any_open && !is_refused_everywhere) return;
  const Leg& best = *failed[best_of(statuses)];
  const Outcome outcome = outcome_of(best.failed_with, best.is_ringing);
  Record& record = state_.record;
  record.called.call_id = best.call_id;
  record.called.address = best.address;
  end({.disposition = outcome.disposition,
       .status = outcome.status,
       .q850_cause = outcome.q850_cause,
       .by = EndedBy::called,
       .reason = best.failure});
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
  act(StopTimer{.timer = Timer::answer});
  state_.phase = Phase::connected;
  caller().dialog = Dialog::unacknowledged;
  caller().awaits_acknowledgement = true;
  act(Accept{.sdp = std::exchange(state_.answer, {})});
  if (state_.early_hang_up) hung_up_by(*state_.winner);
}

void Machine::on(const Cancelled&) {
  if (state_.phase == Phase::fresh || caller().dialog != Dialog::invited) return;
  // After the call has ended the answer it has coming is on its way.
  end({.disposition = Disposition::cancelled,
       .status = 487,
       .q850_cause = 16,
       .by = EndedBy::caller,
       .reason = "cancelled by the caller"});
}

}  // namespace trunkline::call
