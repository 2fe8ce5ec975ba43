// SPDX-License-Identifier: MIT
// Closing a call: the record first, then its legs, its media, and at last the call itself.
#include <algorithm>

#include "call/machine.h"

namespace trunkline::call {
namespace {

/// Longer than any transaction (64*T1 = 32 s, RFC 3261 section 17): whatever has not closed by then
/// never will.
constexpr core::Milliseconds kSettlePatience = core::Seconds(45);

bool is_closed(const Leg& leg) {
  return (leg.dialog == Dialog::over || leg.dialog == Dialog::none) && !leg.owes_bye_answer &&
         !leg.awaits_bye_answer;
}

}  // namespace

void Machine::end(Ending ending) {
  if (state_.phase == Phase::ending) return;
  if (state_.phase == Phase::dialling) act(StopTimer{.timer = Timer::ring});
  if (state_.phase == Phase::answering) act(StopTimer{.timer = Timer::answer});
  const bool is_connected = state_.phase == Phase::connected;
  Record& record = state_.record;
  // The 200 of an answer whose entry was under way never left.
  if (state_.phase == Phase::answering) record.answered_at.reset();
  // Once the caller has its 200, nothing takes it back.
  if (is_connected) ending.status = 200;
  state_.phase = Phase::ending;
  record.stage = Stage::ended;
  const bool was_hung_up_early = is_connected && state_.early_hang_up.has_value();
  record.ended_at = was_hung_up_early ? state_.early_hang_up->at : now_.steady;
  record.disposition = ending.disposition;
  record.sip_status = ending.status;
  record.q850_cause = ending.q850_cause;
  record.ended_by = ending.by;
  record.reason = ending.reason;
  state_.passed_on = std::move(ending.passed_on);
  state_.least_session = ending.least_session;
  state_.ended_ticket = append("call.ended");
  act(StartTimer{.timer = Timer::settle, .after = kSettlePatience});
  drop_renegotiation();
  drop_infos();
  for (unsigned i = 0; i < state_.legs.size(); ++i) stop_session(LegId(i));
  for (unsigned i = 0; i < state_.legs.size(); ++i) hang_up(LegId(i));
  settle();
}

void Machine::hang_up(LegId id) {
  Leg& closing = leg(id);
  const Record& record = state_.record;
  if (closing.withholds_acknowledgement && closing.dialog != Dialog::over) {
    acknowledge(id);
    closing.dialog = Dialog::confirmed;
  }
  switch (closing.dialog) {
    case Dialog::none:
    case Dialog::over:
      return;
    case Dialog::invited:
      // The caller's answer waits for its entry.
      if (id == kCallerLeg || closing.is_cancelled) return;
      closing.is_cancelled = true;
      return act(CancelDial{.leg = id, .passed_on = state_.passed_on});
    case Dialog::unacknowledged:
      // RFC 3261 section 15: no BYE of ours before the ACK, or before it is overdue.
      if (closing.awaits_acknowledgement) return;
      acknowledge(id);
      closing.dialog = Dialog::confirmed;
      [[fallthrough]];
    case Dialog::confirmed:
      if (closing.awaits_bye_answer) return;
      closing.awaits_bye_answer = true;
      // A branch that lost the race is ended for another reason than the call.
      const bool is_with_call = state_.phase == Phase::ending;
      return act(Bye{.leg = id,
                     .q850_cause = is_with_call ? record.q850_cause.value_or(16) : 26,
                     .reason = is_with_call ? record.reason : "answered elsewhere",
                     .passed_on = is_with_call ? state_.passed_on : std::vector<std::string>()});
  }
}

void Machine::close_answers(bool is_on_disk) {
  if (caller().dialog == Dialog::invited) {
    const Record& record = state_.record;
    caller().dialog = Dialog::over;
    if (is_on_disk) {
      act(Reject{.status = record.sip_status.value_or(500),
                 .q850_cause = record.q850_cause.value_or(31),
                 .reason = record.reason,
                 .passed_on = state_.passed_on,
                 .least_session = state_.least_session});
    } else {
      act(Reject{.status = 503, .q850_cause = 41, .reason = "the journal cannot be written"});
    }
  }
  for (unsigned i = 0; i < state_.legs.size(); ++i) {
    if (!state_.legs[i].owes_bye_answer) continue;
    state_.legs[i].owes_bye_answer = false;
    act(AcceptBye{.leg = LegId(i)});
  }
  settle();
}

void Machine::on(const TimerFired& event) {
  switch (event.timer) {
    case Timer::ring: {
      if (state_.phase != Phase::dialling) return;
      const bool has_rung = state_.record.ringing_at.has_value();
      return end({.disposition = has_rung ? Disposition::missed : Disposition::failed,
                  .status = 480,
                  .q850_cause = has_rung ? 19 : 18,
                  .by = EndedBy::system,
                  .reason = has_rung ? "no answer" : "no response"});
    }
    case Timer::answer:
      if (state_.phase != Phase::answering) return;
      return end({.disposition = Disposition::failed,
                  .status = 500,
                  .q850_cause = 41,
                  .by = EndedBy::system,
                  .reason = "the answer could not be completed in time"});
    case Timer::settle:
      if (state_.phase == Phase::ending) give_up_waiting();
      return;
    case Timer::refresh:
      return refresh(event.leg);
    case Timer::expiry:
      return session_expired(event.leg);
  }
}

void Machine::give_up_waiting() {
  // A journal that neither commits nor fails must not keep the caller for ever.
  if (!state_.is_end_settled) {
    state_.is_end_settled = true;
    close_answers(false);
  }
  for (Leg& stuck : state_.legs) {
    stuck.dialog = Dialog::over;
    stuck.owes_bye_answer = false;
    stuck.awaits_bye_answer = false;
  }
  state_.media_requests.clear();
  if (state_.phase != Phase::finished) settle();
  // settle() may have asked for the deletion just now; nobody waits for its answer any more.
  state_.media_requests.clear();
  if (state_.phase != Phase::finished) settle();
}

void Machine::settle() {
  if (state_.phase != Phase::ending) return;
  // A deletion must not overtake a command that would make the session again.
  if (state_.has_media && !state_.media_removed && state_.media_requests.empty()) {
    state_.media_removed = true;
    act(DeleteMedia{.request = ask_media(MediaPurpose::remove)});
  }
  if (!state_.is_end_settled || !state_.media_requests.empty()) return;
  if (!std::ranges::all_of(state_.legs, is_closed)) return;
  act(StopTimer{.timer = Timer::settle});
  act(Finish{});
  state_.phase = Phase::finished;
}

}  // namespace trunkline::call
