// SPDX-License-Identifier: MIT
// Session timers (RFC 4028): each leg's own. Refreshed by UPDATE where the phone knows it, else by
// re-INVITE with what it was told last; one that is not refreshed ends the call.
#include <algorithm>

#include "call/machine.h"

namespace trunkline::call {
namespace {

using Refresh = Leg::Refresh;

core::Milliseconds pause_after_failure(core::Seconds interval) {
  return std::max(core::Milliseconds(core::Seconds(1)), core::Milliseconds(interval) / 8);
}

}  // namespace

void Machine::stop_session(LegId id) {
  Leg& stopped = leg(id);
  if (!stopped.has_session_timers) return;
  stopped.has_session_timers = false;
  act(StopTimer{.timer = Timer::expiry, .leg = id});
  if (stopped.is_refreshed_by_us) act(StopTimer{.timer = Timer::refresh, .leg = id});
}

void Machine::run_session(LegId id, const SessionTerms& terms, bool is_our_request) {
  stop_session(id);
  Leg& running = leg(id);
  running.session_interval = std::min(terms.expires, kLongestSession);
  if (running.session_interval == core::Seconds(0)) return;
  const bool is_asker = terms.refresher != Refresher::answerer;
  running.is_refreshed_by_us = is_asker == is_our_request;
  running.has_session_timers = true;
  act(StartTimer{
      .timer = Timer::expiry, .after = expire_after(running.session_interval), .leg = id});
  if (!running.is_refreshed_by_us) return;
  act(StartTimer{
      .timer = Timer::refresh, .after = refresh_after(running.session_interval), .leg = id});
}

SessionTerms Machine::session_of(LegId id) const {
  const Leg& asked = state_.leg(id);
  if (asked.session_interval == core::Seconds(0)) return {};
  return {.expires = asked.session_interval,
          .least = state_.session_policy.least,
          .refresher = asked.is_refreshed_by_us ? Refresher::asker : Refresher::answerer};
}

void Machine::refresh(LegId id) {
  if (!knows(id) || !leg(id).has_session_timers || state_.phase == Phase::ending) return;
  Leg& refreshed = leg(id);
  const bool is_asking = refreshed.refresh != Refresh::none;
  const bool is_free = state_.phase == Phase::connected && !state_.renegotiation &&
                       refreshed.dialog == Dialog::confirmed;
  if (is_asking) return;
  if (!is_free) {
    // What is under way refreshes, too, or is over soon.
    return refresh_later(id, pause_after_failure(refreshed.session_interval));
  }
  if (refreshed.says.has_update) {
    refreshed.refresh = Refresh::by_update;
    return act(Update{.leg = id, .session = session_of(id)});
  }
  refreshed.refresh = Refresh::by_invite;
  act(Reinvite{.leg = id, .sdp = refreshed.sdp_told, .session = session_of(id)});
}

void Machine::refreshed(LegId id, const std::string& sdp, const Extensions& says) {
  Leg& answered = leg(id);
  const bool is_by_invite = answered.refresh == Refresh::by_invite;
  answered.refresh = Refresh::none;
  if (is_by_invite) acknowledge(id);
  if (state_.phase == Phase::ending) return;
  run_session(id, says.session, true);
  // Nothing was changed by us; a phone that moved says so here.
  const auto other = other_party(id);
  if (is_by_invite && other && !sdp.empty() && sdp != answered.sdp) {
    answer_media(MediaPurpose::refreshed, *other, id, sdp);
  }
}

void Machine::refresh_failed(LegId id, int status, core::Seconds least_session) {
  Leg& failed = leg(id);
  const bool was_update = failed.refresh == Refresh::by_update;
  failed.refresh = Refresh::none;
  if (state_.phase == Phase::ending || !failed.has_session_timers) return;
  // RFC 4028 section 10, RFC 3261 section 12.2.1.2
  if (status == 408 || status == 481) {
    return on(Interrupted{.why = Interruption::leg_lost, .leg = id});
  }
  // Its own refresh crossed ours, and it goes on.
  if (!failed.is_refreshed_by_us) return;
  if (was_update && (status == 405 || status == 501)) {
    failed.says.has_update = false;
    return refresh(id);
  }
  const bool is_too_short = status == 422 && least_session > failed.session_interval;
  if (is_too_short && least_session <= kLongestSession) {
    failed.session_interval = least_session;
    return refresh(id);
  }
  const bool is_our_call_id = id != kCallerLeg;
  refresh_later(id, status == 491 ? glare_pause(is_our_call_id, now_.steady)
                                  : pause_after_failure(failed.session_interval));
}

void Machine::refresh_later(LegId id, core::Milliseconds after) {
  // One may run already, of a refresh that crossed the failed one.
  act(StopTimer{.timer = Timer::refresh, .leg = id});
  act(StartTimer{.timer = Timer::refresh, .after = after, .leg = id});
}

void Machine::session_expired(LegId id) {
  if (!knows(id) || !leg(id).has_session_timers) return;
  if (state_.phase == Phase::ending || state_.phase == Phase::fresh) return;
  on(Interrupted{.why = Interruption::session_expired, .leg = id});
}

}  // namespace trunkline::call
