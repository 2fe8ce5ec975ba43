// SPDX-License-Identifier: MIT
// re-INVITE in either direction (RFC 3261 section 14): hold, resume, a new codec or address.
#include "call/machine.h"
#include "sdp/facts.h"

namespace trunkline::call {
namespace {

using Step = Renegotiation::Step;

bool is_hold(const std::string& sdp) {
  const auto session = sdp::Session::parse(sdp);
  return session && sdp::is_hold(*session);
}

/// What the asking side is told where the other refused: what is between the other side and us
/// (credentials, a dialog it does not know) is no answer to the question.
int refusal_of(int status) {
  switch (status) {
    case 401:
    case 407:
    case 408:
    case 481:
    case 503:
      return 500;
    default:
      return status;
  }
}

}  // namespace

void Machine::on(const Reinvited& event) {
  if (!knows(event.leg)) return;
  const auto reject = [&](int status, bool may_retry = false) {
    act(RejectReinvite{.leg = event.leg,
                       .transaction = event.transaction,
                       .status = status,
                       .may_retry = may_retry});
  };
  if (state_.phase == Phase::ending || !is_party(event.leg)) return reject(481);
  const bool is_ready = state_.phase == Phase::connected && caller().dialog == Dialog::confirmed &&
                        leg(*state_.winner).dialog == Dialog::confirmed;
  if (!is_ready) return reject(491);
  if (state_.renegotiation) {
    // RFC 3261 section 14.2: 500 while its own is under way, 491 while ours to it is.
    const bool is_own = state_.renegotiation->from == event.leg;
    return is_own ? reject(500, true) : reject(491);
  }
  Renegotiation renegotiation{.from = event.leg,
                              .to = other_party(event.leg),
                              .transaction = event.transaction,
                              .is_offered_by_other = event.sdp.empty(),
                              .puts_on_hold = is_hold(event.sdp)};
  if (event.sdp.empty()) {
    renegotiation.step = Step::relaying;
    act(Reinvite{.leg = renegotiation.to, .sdp = {}});
  } else {
    renegotiation.media_request =
        offer_media(MediaPurpose::reoffer, renegotiation.from, renegotiation.to, event.sdp);
  }
  state_.renegotiation = renegotiation;
}

void Machine::refuse_renegotiation(int status) {
  const Renegotiation& refused = *state_.renegotiation;
  act(RejectReinvite{.leg = refused.from, .transaction = refused.transaction, .status = status});
  if (leg(refused.to).withholds_acknowledgement) acknowledge(refused.to);
  state_.renegotiation.reset();
}

void Machine::reoffer_done(const MediaDone& event) {
  if (!state_.renegotiation || state_.renegotiation->media_request != event.request) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  if (!event.sdp) {
    const bool is_unreachable = event.sdp.error().code == core::ExitCode::unavailable;
    return refuse_renegotiation(is_unreachable ? 500 : 488);
  }
  if (!renegotiation.is_offered_by_other) {
    renegotiation.step = Step::relaying;
    return act(Reinvite{.leg = renegotiation.to, .sdp = *event.sdp});
  }
  renegotiation.step = Step::acknowledging;
  leg(renegotiation.from).awaits_acknowledgement = true;
  act(AcceptReinvite{
      .leg = renegotiation.from, .transaction = renegotiation.transaction, .sdp = *event.sdp});
}

void Machine::on(const ReinviteAnswered& event) {
  if (!knows(event.leg) || !is_party(event.leg)) return;
  if (leg(event.leg).dialog != Dialog::confirmed) return;
  const bool is_ours = state_.renegotiation && state_.renegotiation->to == event.leg;
  const bool is_wanted = is_ours && state_.renegotiation->step == Step::relaying;
  if (!is_wanted) {
    acknowledge(event.leg);
    if (is_ours && state_.renegotiation->step == Step::abandoned) state_.renegotiation.reset();
    return;
  }
  Renegotiation& renegotiation = *state_.renegotiation;
  if (!renegotiation.is_offered_by_other || event.sdp.empty()) acknowledge(event.leg);
  // A 200 without a session description answers nothing.
  if (event.sdp.empty()) return refuse_renegotiation(500);
  if (renegotiation.is_offered_by_other) {
    leg(event.leg).withholds_acknowledgement = true;
    renegotiation.step = Step::offering;
    renegotiation.media_request =
        offer_media(MediaPurpose::reoffer, renegotiation.to, renegotiation.from, event.sdp);
    return;
  }
  renegotiation.step = Step::answering;
  renegotiation.media_request =
      answer_media(MediaPurpose::reanswer, renegotiation.from, renegotiation.to, event.sdp);
}

void Machine::reanswer_done(const MediaDone& event) {
  if (!state_.renegotiation || state_.renegotiation->media_request != event.request) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  if (renegotiation.is_offered_by_other) {
    // The asking side has its 200 already: what the relay would not rewrite stays as it was.
    acknowledge(renegotiation.to, event.sdp.value_or(std::string()));
    state_.renegotiation.reset();
    return;
  }
  if (!event.sdp) return refuse_renegotiation(500);
  renegotiation.step = Step::acknowledging;
  leg(renegotiation.from).awaits_acknowledgement = true;
  leg(renegotiation.from).has_on_hold = renegotiation.puts_on_hold;
  act(AcceptReinvite{
      .leg = renegotiation.from, .transaction = renegotiation.transaction, .sdp = *event.sdp});
}

void Machine::renegotiation_acknowledged(LegId id, const std::string& sdp) {
  if (!state_.renegotiation || state_.renegotiation->from != id) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  if (renegotiation.step != Step::acknowledging) return;
  if (!renegotiation.is_offered_by_other) {
    state_.renegotiation.reset();
    return;
  }
  if (sdp.empty()) {
    acknowledge(renegotiation.to);
    state_.renegotiation.reset();
    return;
  }
  leg(id).has_on_hold = is_hold(sdp);
  renegotiation.step = Step::answering;
  renegotiation.media_request =
      answer_media(MediaPurpose::reanswer, renegotiation.to, renegotiation.from, sdp);
}

void Machine::on(const ReinviteFailed& event) {
  if (!state_.renegotiation || state_.renegotiation->to != event.leg) return;
  const Step failed_in = state_.renegotiation->step;
  if (failed_in == Step::abandoned) {
    state_.renegotiation.reset();
    return;
  }
  if (failed_in != Step::relaying) return;
  refuse_renegotiation(refusal_of(event.status));
  // RFC 3261 section 12.2.1.2: these say that the dialog is gone.
  if (event.status == 408 || event.status == 481) {
    on(Interrupted{.why = Interruption::leg_lost, .leg = event.leg});
  }
}

void Machine::on(const ReinviteCancelled& event) {
  if (!state_.renegotiation || state_.renegotiation->from != event.leg) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  switch (renegotiation.step) {
    case Step::offering:
    case Step::answering:
      if (renegotiation.step == Step::answering && renegotiation.is_offered_by_other) return;
      return refuse_renegotiation(487);
    case Step::relaying:
      act(RejectReinvite{
          .leg = renegotiation.from, .transaction = renegotiation.transaction, .status = 487});
      act(CancelReinvite{.leg = renegotiation.to});
      renegotiation.step = Step::abandoned;
      return;
    case Step::acknowledging:
    case Step::abandoned:
      return;
  }
}

void Machine::drop_renegotiation() {
  if (!state_.renegotiation) return;
  const Renegotiation dropped = *state_.renegotiation;
  state_.renegotiation.reset();
  const bool has_final = dropped.step == Step::acknowledging || dropped.step == Step::abandoned ||
                         (dropped.step == Step::answering && dropped.is_offered_by_other);
  if (has_final) return;
  // RFC 3261 section 15.1.2: requests pending when the dialog ends are answered 487.
  act(RejectReinvite{.leg = dropped.from, .transaction = dropped.transaction, .status = 487});
}

}  // namespace trunkline::call
