// SPDX-License-Identifier: MIT
// Provisional answers: what the called side says becomes what the caller hears, reliably (RFC 3262)
// on each leg by what that leg knows.
#include <utility>

#include "call/machine.h"

namespace trunkline::call {
namespace {

/// Reliable provisional answers that wait for the PRACK of one before. A phone may send any number.
constexpr std::size_t kMostWaiting = 4;

}  // namespace

void Machine::on(const Progressed& event) {
  if (state_.phase != Phase::dialling || !knows(event.leg) || event.leg == kCallerLeg) return;
  Leg& called = leg(event.leg);
  if (called.dialog != Dialog::invited || called.is_cancelled) return;
  called.is_ringing = true;
  if (event.sequence) {
    called.has_early_dialog = true;
    heard(event.leg, event.says);
  }
  note_ringing();
  // Of several branches the first one is heard.
  const bool is_heard = state_.early_media_from.value_or(event.leg) == event.leg;
  const bool is_open = !event.sdp.empty() && !called.has_settled_offer && !called.owed_prack;
  // An offer in an unreliable provisional answer is none (RFC 3261 section 13.2.1).
  const bool is_offer = is_open && state_.is_offered_by_called && event.sequence && is_heard &&
                        caller().says.has_100rel;
  if (is_offer) {
    state_.early_media_from = event.leg;
    called.owed_prack = event.sequence;
    offer_media(MediaPurpose::early_offer, event.leg, kCallerLeg, event.sdp, event.status);
    return;
  }
  if (event.sequence) act(Prack{.leg = event.leg, .sequence = *event.sequence});
  const bool is_answer = is_open && !state_.is_offered_by_called;
  if (is_answer && event.sequence) called.has_settled_offer = true;
  if (is_answer && is_heard) {
    state_.early_media_from = event.leg;
    const bool is_only_branch = state_.legs.size() == 2 && caller().says.needs_100rel;
    answer_media(MediaPurpose::early_answer, kCallerLeg, event.leg, event.sdp, event.status,
                 event.sequence.has_value() || is_only_branch);
    return;
  }
  progress(is_answer ? 180 : event.status, {}, false);
}

void Machine::note_ringing() {
  Record& record = state_.record;
  if (record.ringing_at) return;
  record.ringing_at = now_.steady;
  record.stage = Stage::ringing;
  append("call.ringing");
}

void Machine::early_answer_done(const MediaDone& event, const MediaRequest& request) {
  if (state_.phase != Phase::dialling) return;
  // Without early media the caller's phone rings by itself.
  if (!event.sdp) return progress(180, {}, false);
  progress(request.status, *event.sdp, request.is_definitive);
}

void Machine::early_offer_done(const MediaDone& event, int status) {
  if (state_.phase != Phase::dialling) return;
  if (!event.sdp) return media_failed(event.sdp.error(), 503);
  send_progress(status, *event.sdp, true);
}

void Machine::early_completed(const MediaDone& event) {
  if (!event.sdp) {
    if (state_.phase == Phase::dialling) media_failed(event.sdp.error(), 500);
    return;
  }
  if (!state_.early_media_from) return;
  const LegId id = *state_.early_media_from;
  Leg& called = leg(id);
  if (!called.owed_prack || called.dialog != Dialog::invited) return;
  told(id, *event.sdp);
  act(Prack{.leg = id, .sequence = *std::exchange(called.owed_prack, {}), .sdp = *event.sdp});
  called.has_settled_offer = true;
  caller().has_settled_offer = true;
  state_.is_offered_by_called = false;
}

void Machine::progress(int status, const std::string& sdp, bool is_definitive) {
  const Extensions& says = caller().says;
  const bool has_sdp = !sdp.empty();
  if (says.needs_100rel) {
    // What is sent reliably is the answer for good (section 5): only where no branch can differ.
    const bool is_told = has_sdp && is_definitive;
    return send_progress(has_sdp && !is_told ? 180 : status, is_told ? sdp : std::string(), true);
  }
  send_progress(status, sdp, has_sdp && is_definitive && says.has_100rel);
}

void Machine::send_progress(int status, const std::string& sdp, bool is_reliable) {
  if (!is_reliable) {
    // Its description is the answer's, which may still change.
    return act(Progress{.status = status, .sdp = caller().has_settled_offer ? std::string() : sdp});
  }
  if (caller().awaits_prack) {
    if (state_.waiting_progress.size() < kMostWaiting) {
      state_.waiting_progress.push_back({.status = status, .sdp = sdp});
    }
    return;
  }
  caller().awaits_prack = true;
  const bool is_told = !sdp.empty() && !caller().has_settled_offer;
  caller().prack_settles = is_told;
  if (is_told) told(kCallerLeg, sdp);
  act(Progress{.status = status, .sdp = is_told ? sdp : std::string(), .is_reliable = true});
}

void Machine::on(const Pracked& event) {
  const auto reject = [&](int status) {
    act(RejectRequest{.leg = kCallerLeg, .transaction = event.transaction, .status = status});
  };
  if (state_.phase == Phase::fresh) return;
  if (!caller().awaits_prack || state_.phase == Phase::ending) return reject(481);
  caller().awaits_prack = false;
  const bool is_settling = std::exchange(caller().prack_settles, false);
  if (is_settling && state_.is_offered_by_called) {
    // Our provisional answer had the offer.
    if (event.sdp.empty()) {
      reject(488);
      return end({.disposition = Disposition::failed,
                  .status = 488,
                  .q850_cause = 41,
                  .by = EndedBy::system,
                  .reason = "the caller did not answer the session description"});
    }
    act(AcceptRequest{.leg = kCallerLeg, .transaction = event.transaction});
    answer_media(MediaPurpose::early_completed, *state_.early_media_from, kCallerLeg, event.sdp);
  } else {
    if (is_settling) caller().has_settled_offer = true;
    if (event.sdp.empty()) {
      act(AcceptRequest{.leg = kCallerLeg, .transaction = event.transaction});
    } else {
      // A new offer (section 5).
      asked({.leg = kCallerLeg,
             .transaction = event.transaction,
             .sdp = event.sdp,
             .says = caller().says,
             .by = Renegotiation::Method::prack});
    }
  }
  if (!state_.waiting_progress.empty() && state_.phase == Phase::dialling) {
    const auto next = state_.waiting_progress.front();
    state_.waiting_progress.erase(state_.waiting_progress.begin());
    return send_progress(next.status, next.sdp, true);
  }
  if (state_.is_answer_committed) send_answer();
}

void Machine::on(const NotPracked&) {
  if (state_.phase == Phase::fresh || !caller().awaits_prack) return;
  caller().awaits_prack = false;
  if (caller().dialog != Dialog::invited || state_.phase == Phase::ending) return;
  // RFC 3262 section 3
  end({.disposition = Disposition::failed,
       .status = 504,
       .q850_cause = 102,
       .by = EndedBy::system,
       .reason = "the caller never acknowledged a provisional answer"});
}

}  // namespace trunkline::call
