// SPDX-License-Identifier: MIT
// New offers within a dialog, by either side: hold, resume, a new codec or address. Asked by
// re-INVITE (RFC 3261 section 14), UPDATE (RFC 3311) or the caller's PRACK (RFC 3262 section 5).
#include <utility>

#include "call/machine.h"
#include "sdp/facts.h"

namespace trunkline::call {
namespace {

bool is_hold(const std::string& sdp) {
  const auto session = sdp::Session::parse(sdp);
  return session && sdp::is_hold(*session);
}

/// What the asking side is told where the other refused: what is between the other side and us
/// (credentials, a dialog or a method it does not know, its timer) is no answer to the question.
int passed_refusal(int status) {
  switch (status) {
    case 401:
    case 405:
    case 407:
    case 408:
    case 422:
    case 481:
    case 501:
    case 503:
      return 500;
    default:
      return status;
  }
}

bool is_alive(const Leg& leg) {
  return leg.dialog != Dialog::none && leg.dialog != Dialog::over && !leg.is_cancelled;
}

}  // namespace

void Machine::on(const Reinvited& event) {
  asked({.leg = event.leg,
         .transaction = event.transaction,
         .sdp = event.sdp,
         .says = event.says,
         .by = Renegotiation::Method::invite});
}

void Machine::on(const Updated& event) {
  asked({.leg = event.leg,
         .transaction = event.transaction,
         .sdp = event.sdp,
         .says = event.says,
         .by = Renegotiation::Method::update});
}

void Machine::reject(const Asked& request, int status) {
  const bool is_own_turn = state_.renegotiation && state_.renegotiation->from == request.leg;
  act(RejectRequest{
      .leg = request.leg,
      .transaction = request.transaction,
      .status = status,
      .may_retry = status == 500 && (is_own_turn || request.by == Renegotiation::Method::update),
      .least_session = status == 422 ? state_.session_policy.least : core::Seconds(0)});
}

std::optional<int> Machine::refusal_of(const Asked& request) const {
  const Leg& asking = state_.leg(request.leg);
  if (state_.phase == Phase::ending) return 481;
  if (!other_party(request.leg)) {
    // An early dialog whose other side is not known yet; a branch that lost has none any more.
    const bool is_early = request.leg == kCallerLeg || request.by != Renegotiation::Method::invite;
    return is_early && is_alive(asking) ? 491 : 481;
  }
  if (state_.renegotiation) {
    // RFC 3261 section 14.2, RFC 3311 section 5.2: 500 while its own is under way, 491 while ours
    // to it is.
    return state_.renegotiation->from == request.leg ? 500 : 491;
  }
  if (request.by == Renegotiation::Method::invite) {
    const bool is_ready = state_.phase == Phase::connected &&
                          state_.leg(kCallerLeg).dialog == Dialog::confirmed &&
                          state_.leg(*state_.winner).dialog == Dialog::confirmed;
    if (!is_ready) return 491;
  } else if (!is_open_to_offers(request.leg)) {
    // RFC 3311 section 5.2: its offer that we did not answer yet, or ours that it did not.
    const bool is_its_offer = request.leg == kCallerLeg && !state_.is_offered_by_called &&
                              asking.dialog == Dialog::invited;
    return is_its_offer ? 500 : 491;
  }
  const LegId other = *other_party(request.leg);
  if (state_.leg(other).refresh != Leg::Refresh::none) return 491;
  if (!way_to(other, request)) return is_open_to_offers(other) ? 488 : 491;
  return std::nullopt;
}

std::optional<Renegotiation::Method> Machine::way_to(LegId other, const Asked& request) const {
  const Leg& to = state_.leg(other);
  if (!is_open_to_offers(other)) return std::nullopt;
  const bool is_confirmed = to.dialog == Dialog::confirmed;
  if (request.by != Renegotiation::Method::invite && to.says.has_update)
    return Renegotiation::Method::update;
  if (is_confirmed) return Renegotiation::Method::invite;
  return std::nullopt;
}

void Machine::asked(const Asked& request) {
  if (!knows(request.leg) || state_.phase == Phase::fresh) return;
  const auto least = too_short(request.says, state_.session_policy);
  if (least && request.by != Renegotiation::Method::prack && state_.phase != Phase::ending) {
    return reject(request, 422);
  }
  // Without an offer there is no glare (RFC 3311 section 5.2).
  if (request.sdp.empty() && request.by == Renegotiation::Method::update)
    return refreshed_by(request);
  if (const auto refusal = refusal_of(request)) return reject(request, *refusal);
  heard(request.leg, request.says);
  const LegId to = *other_party(request.leg);
  Renegotiation renegotiation{.from = request.leg,
                              .to = to,
                              .transaction = request.transaction,
                              .is_offered_by_other = request.sdp.empty(),
                              .puts_on_hold = is_hold(request.sdp),
                              .asked_by = request.by,
                              .passed_by = *way_to(to, request),
                              .says = request.says};
  state_.renegotiation = renegotiation;
  if (request.sdp.empty()) return pass_renegotiation({});
  state_.renegotiation->media_request =
      offer_media(MediaPurpose::reoffer, renegotiation.from, renegotiation.to, request.sdp);
}

void Machine::refreshed_by(const Asked& request) {
  const Leg& refreshing = leg(request.leg);
  const bool is_lost = state_.winner && !is_party(request.leg);
  if (state_.phase == Phase::ending || is_lost || !is_alive(refreshing)) {
    return reject(request, 481);
  }
  heard(request.leg, request.says);
  // An early dialog has no session yet, only a target.
  const bool is_confirmed = refreshing.dialog == Dialog::confirmed;
  const SessionTerms session =
      is_confirmed ? granted(request.says, state_.session_policy) : SessionTerms{};
  act(AcceptRequest{.leg = request.leg, .transaction = request.transaction, .session = session});
  if (is_confirmed) run_session(request.leg, session, false);
}

void Machine::pass_renegotiation(const std::string& sdp) {
  Renegotiation& renegotiation = *state_.renegotiation;
  const LegId to = renegotiation.to;
  renegotiation.step = Renegotiation::Step::relaying;
  told(to, sdp);
  if (renegotiation.passed_by == Renegotiation::Method::update) {
    return act(Update{.leg = to, .sdp = sdp, .session = session_of(to)});
  }
  act(Reinvite{.leg = to, .sdp = sdp, .session = session_of(to)});
}

void Machine::refuse_renegotiation(int status) {
  const Renegotiation refused = *state_.renegotiation;
  act(RejectRequest{.leg = refused.from, .transaction = refused.transaction, .status = status});
  if (leg(refused.to).withholds_acknowledgement) acknowledge(refused.to);
  state_.renegotiation.reset();
}

void Machine::accept_renegotiation(const std::string& sdp) {
  const Renegotiation accepted = *state_.renegotiation;
  const LegId from = accepted.from;
  const bool is_confirmed = leg(from).dialog == Dialog::confirmed;
  const bool has_session = accepted.asked_by != Renegotiation::Method::prack && is_confirmed;
  const SessionTerms session =
      has_session ? granted(accepted.says, state_.session_policy) : SessionTerms{};
  told(from, sdp);
  act(AcceptRequest{
      .leg = from, .transaction = accepted.transaction, .sdp = sdp, .session = session});
  if (has_session) run_session(from, session, false);
  if (accepted.asked_by == Renegotiation::Method::invite) {
    leg(from).awaits_acknowledgement = true;
    state_.renegotiation->step = Renegotiation::Step::acknowledging;
    return;
  }
  state_.renegotiation.reset();
}

void Machine::reoffer_done(const MediaDone& event) {
  if (!state_.renegotiation || state_.renegotiation->media_request != event.request) return;
  if (!event.sdp) {
    const bool is_unreachable = event.sdp.error().code == core::ExitCode::unavailable;
    return refuse_renegotiation(is_unreachable ? 500 : 488);
  }
  if (state_.renegotiation->is_offered_by_other) return accept_renegotiation(*event.sdp);
  pass_renegotiation(*event.sdp);
}

void Machine::on(const ReinviteAnswered& event) {
  if (!knows(event.leg)) return;
  if (leg(event.leg).refresh == Leg::Refresh::by_invite) {
    return refreshed(event.leg, event.sdp, event.says);
  }
  if (leg(event.leg).dialog != Dialog::confirmed) return;
  passed_answered(event.leg, event.sdp, event.says);
}

void Machine::on(const UpdateAnswered& event) {
  if (!knows(event.leg)) return;
  if (leg(event.leg).refresh == Leg::Refresh::by_update) {
    return refreshed(event.leg, event.sdp, event.says);
  }
  passed_answered(event.leg, event.sdp, event.says);
}

void Machine::passed_answered(LegId id, const std::string& sdp, const Extensions& says) {
  const bool is_ours = state_.renegotiation && state_.renegotiation->to == id;
  const bool is_wanted = is_ours && state_.renegotiation->step == Renegotiation::Step::relaying;
  const bool is_by_invite =
      !is_ours || state_.renegotiation->passed_by == Renegotiation::Method::invite;
  if (!is_wanted) {
    if (is_by_invite && other_party(id) && leg(id).dialog == Dialog::confirmed) acknowledge(id);
    if (is_ours && state_.renegotiation->step == Renegotiation::Step::abandoned)
      state_.renegotiation.reset();
    return;
  }
  Renegotiation& renegotiation = *state_.renegotiation;
  if (leg(id).dialog == Dialog::confirmed) run_session(id, says.session, true);
  const bool is_answer = !renegotiation.is_offered_by_other;
  if (is_by_invite && (is_answer || sdp.empty())) acknowledge(id);
  // A 200 without a session description answers nothing.
  if (sdp.empty()) return refuse_renegotiation(500);
  if (!is_answer) {
    leg(id).withholds_acknowledgement = true;
    renegotiation.step = Renegotiation::Step::offering;
    renegotiation.media_request =
        offer_media(MediaPurpose::reoffer, renegotiation.to, renegotiation.from, sdp);
    return;
  }
  renegotiation.step = Renegotiation::Step::answering;
  renegotiation.media_request =
      answer_media(MediaPurpose::reanswer, renegotiation.from, renegotiation.to, sdp);
}

void Machine::reanswer_done(const MediaDone& event) {
  if (!state_.renegotiation || state_.renegotiation->media_request != event.request) return;
  const Renegotiation& renegotiation = *state_.renegotiation;
  if (renegotiation.is_offered_by_other) {
    // The asking side has its 200 already: what the relay would not rewrite stays as it was.
    acknowledge(renegotiation.to, event.sdp.value_or(std::string()));
    state_.renegotiation.reset();
    return;
  }
  if (!event.sdp) return refuse_renegotiation(500);
  leg(renegotiation.from).has_on_hold = renegotiation.puts_on_hold;
  accept_renegotiation(*event.sdp);
}

void Machine::renegotiation_acknowledged(LegId id, const std::string& sdp) {
  if (!state_.renegotiation || state_.renegotiation->from != id) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  if (renegotiation.step != Renegotiation::Step::acknowledging) return;
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
  renegotiation.step = Renegotiation::Step::answering;
  renegotiation.media_request =
      answer_media(MediaPurpose::reanswer, renegotiation.to, renegotiation.from, sdp);
}

void Machine::on(const ReinviteFailed& event) {
  if (!knows(event.leg)) return;
  if (leg(event.leg).refresh == Leg::Refresh::by_invite) {
    return refresh_failed(event.leg, event.status, event.least_session);
  }
  passed_failed(event.leg, event.status, event.least_session);
}

void Machine::on(const UpdateFailed& event) {
  if (!knows(event.leg)) return;
  if (leg(event.leg).refresh == Leg::Refresh::by_update) {
    return refresh_failed(event.leg, event.status, event.least_session);
  }
  passed_failed(event.leg, event.status, event.least_session);
}

void Machine::passed_failed(LegId id, int status, core::Seconds least_session) {
  if (!state_.renegotiation || state_.renegotiation->to != id) return;
  Renegotiation& failed = *state_.renegotiation;
  if (failed.step == Renegotiation::Step::abandoned) {
    state_.renegotiation.reset();
    return;
  }
  if (failed.step != Renegotiation::Step::relaying) return;
  // Once more where only the way was wrong.
  const std::string offer = failed.is_offered_by_other ? std::string() : leg(id).sdp_told;
  const bool is_too_short =
      status == 422 && least_session > leg(id).session_interval && least_session <= kLongestSession;
  if (is_too_short && !failed.has_raised_session) {
    failed.has_raised_session = true;
    leg(id).session_interval = least_session;
    return pass_renegotiation(offer);
  }
  const bool is_unknown_method = status == 405 || status == 501;
  if (is_unknown_method && failed.passed_by == Renegotiation::Method::update &&
      leg(id).dialog == Dialog::confirmed) {
    leg(id).says.has_update = false;
    failed.passed_by = Renegotiation::Method::invite;
    return pass_renegotiation(offer);
  }
  refuse_renegotiation(passed_refusal(status));
  // RFC 3261 section 12.2.1.2: these say that the dialog is gone.
  if (status == 408 || status == 481) {
    on(Interrupted{.why = Interruption::leg_lost, .leg = id});
  }
}

void Machine::on(const ReinviteCancelled& event) {
  if (!state_.renegotiation || state_.renegotiation->from != event.leg) return;
  Renegotiation& renegotiation = *state_.renegotiation;
  if (renegotiation.asked_by != Renegotiation::Method::invite) return;
  switch (renegotiation.step) {
    case Renegotiation::Step::offering:
    case Renegotiation::Step::answering:
      if (renegotiation.step == Renegotiation::Step::answering && renegotiation.is_offered_by_other)
        return;
      return refuse_renegotiation(487);
    case Renegotiation::Step::relaying:
      act(RejectRequest{
          .leg = renegotiation.from, .transaction = renegotiation.transaction, .status = 487});
      act(CancelReinvite{.leg = renegotiation.to});
      renegotiation.step = Renegotiation::Step::abandoned;
      return;
    case Renegotiation::Step::acknowledging:
    case Renegotiation::Step::abandoned:
      return;
  }
}

void Machine::drop_renegotiation() {
  if (!state_.renegotiation) return;
  const Renegotiation dropped = *state_.renegotiation;
  state_.renegotiation.reset();
  const bool has_final =
      dropped.step == Renegotiation::Step::acknowledging ||
      dropped.step == Renegotiation::Step::abandoned ||
      (dropped.step == Renegotiation::Step::answering && dropped.is_offered_by_other);
  if (has_final) return;
  // RFC 3261 section 15.1.2: requests pending when the dialog ends are answered 487.
  act(RejectRequest{.leg = dropped.from, .transaction = dropped.transaction, .status = 487});
}

}  // namespace trunkline::call
