// SPDX-License-Identifier: MIT
// What happens within dialogs: ACK, BYE, and those who end a call from outside.
#include <algorithm>
#include <array>

#include "call/machine.h"

namespace trunkline::call {
namespace {

struct InterruptionRow {
  Interruption why;
  int q850_cause;
  Disposition before_answer;
  int status_before_answer;
  std::string_view reason;
};

constexpr std::array kInterruptions{
    // Q.850 102: recovery on timer expiry; 41: temporary failure; 31: normal, unspecified.
    InterruptionRow{Interruption::media_timeout, 102, Disposition::failed, 500,
                    "no media from either side"},
    InterruptionRow{Interruption::media_lost, 41, Disposition::failed, 500,
                    "the media relay lost the session"},
    InterruptionRow{Interruption::leg_lost, 41, Disposition::failed, 480,
                    "a party is gone without a word"},
    InterruptionRow{Interruption::hang_up, 31, Disposition::cancelled, 480,
                    "hung up by an operator"},
    // RFC 4028 section 10: it gets a BYE all the same.
    InterruptionRow{Interruption::session_expired, 102, Disposition::failed, 480,
                    "a party did not refresh its session"},
    InterruptionRow{Interruption::shutdown, 41, Disposition::failed, 503,
                    "the exchange is stopping"},
};

}  // namespace

void Machine::on(const Acknowledged& event) {
  if (!knows(event.leg)) return;
  Leg& acknowledged = leg(event.leg);
  if (!acknowledged.awaits_acknowledgement) return;
  acknowledged.awaits_acknowledgement = false;
  if (acknowledged.dialog != Dialog::unacknowledged) {
    return renegotiation_acknowledged(event.leg, event.sdp);
  }
  acknowledged.dialog = Dialog::confirmed;
  if (state_.phase == Phase::ending) {
    hang_up(event.leg);
    return settle();
  }
  acknowledged.has_settled_offer = true;
  if (!state_.is_offered_by_called) return;
  if (event.sdp.empty()) {
    return end({.disposition = Disposition::failed,
                .status = 200,
                .q850_cause = 41,
                .by = EndedBy::system,
                .reason = "the caller did not answer the session description"});
  }
  answer_media(MediaPurpose::answer, *state_.winner, kCallerLeg, event.sdp);
}

void Machine::on(const NotAcknowledged& event) {
  if (!knows(event.leg)) return;
  Leg& silent = leg(event.leg);
  if (!silent.awaits_acknowledgement) return;
  silent.awaits_acknowledgement = false;
  const bool is_first = silent.dialog == Dialog::unacknowledged;
  // RFC 3261 section 13.3.1.4: the dialog counts as confirmed, and should be ended with BYE.
  if (is_first) silent.dialog = Dialog::confirmed;
  if (state_.phase == Phase::ending) {
    hang_up(event.leg);
    return settle();
  }
  end({.disposition = is_first ? Disposition::failed : Disposition::answered,
       .status = 200,
       .q850_cause = 102,
       .by = EndedBy::system,
       .reason = is_first ? "the caller never acknowledged the answer"
                          : "a re-INVITE's answer was never acknowledged"});
}

void Machine::on(const ByeReceived& event) {
  if (!knows(event.leg)) return;
  Leg& gone = leg(event.leg);
  if (gone.dialog == Dialog::none) return;
  // Its dialog ended otherwise meanwhile: there is nothing left to say but yes.
  if (gone.dialog == Dialog::over) return act(AcceptBye{.leg = event.leg});
  gone.owes_bye_answer = true;
  // RFC 3261 section 15 lets a caller end an early dialog with BYE.
  if (gone.dialog == Dialog::invited && event.leg == kCallerLeg) {
    if (state_.phase == Phase::ending) return;
    return on(Cancelled{.reasons = event.reasons});
  }
  // Without its ACK a called phone would repeat its 200 for 32 s, BYE or not.
  const bool owes_acknowledgement =
      gone.withholds_acknowledgement ||
      (gone.dialog == Dialog::unacknowledged && event.leg != kCallerLeg);
  if (owes_acknowledgement) acknowledge(event.leg);
  gone.dialog = Dialog::over;
  gone.awaits_acknowledgement = false;
  if (state_.phase == Phase::ending) {
    if (state_.is_end_settled) close_answers(true);
    return settle();
  }
  if (!is_party(event.leg)) {
    // A branch that lost and was answered crossing our CANCEL.
    gone.owes_bye_answer = false;
    return act(AcceptBye{.leg = event.leg});
  }
  // It was answered: the caller hears so first, then that it is over.
  if (state_.phase == Phase::answering) {
    state_.early_hang_up = State::EarlyHangUp{.at = now_.steady, .reasons = event.reasons};
    return;
  }
  hung_up_by(event.leg, event.reasons);
}

void Machine::hung_up_by(LegId id, const Reasons& reasons) {
  end({.disposition = Disposition::answered,
       .status = 200,
       .q850_cause = reasons.q850_cause.value_or(16),
       .by = id == kCallerLeg ? EndedBy::caller : EndedBy::called,
       .passed_on = reasons.values});
}

void Machine::on(const ByeDone& event) {
  if (!knows(event.leg)) return;
  Leg& done = leg(event.leg);
  if (!done.awaits_bye_answer) return;
  done.awaits_bye_answer = false;
  done.dialog = Dialog::over;
  settle();
}

void Machine::on(const RecordingSwitched& event) {
  if (state_.phase != Phase::connected) return;
  state_.record.recording = event.recording;
  state_.record.recording_rule = event.rule;
  append("call.recording");
}

void Machine::on(const Interrupted& event) {
  if (state_.phase == Phase::fresh || state_.phase == Phase::ending) return;
  const auto* row = std::ranges::find(kInterruptions, event.why, &InterruptionRow::why);
  const bool is_connected = state_.phase == Phase::connected;
  if (event.why == Interruption::leg_lost && event.leg && knows(*event.leg)) {
    Leg& lost = leg(*event.leg);
    if (lost.dialog == Dialog::confirmed) lost.dialog = Dialog::over;
  }
  // A caller that never acknowledged has hardly talked.
  const bool is_talking = is_connected && caller().dialog != Dialog::unacknowledged;
  end({.disposition = is_talking ? Disposition::answered : row->before_answer,
       .status = is_connected ? 200 : row->status_before_answer,
       .q850_cause = row->q850_cause,
       .by = EndedBy::system,
       .reason = std::string(row->reason)});
}

}  // namespace trunkline::call
