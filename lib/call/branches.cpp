// SPDX-License-Identifier: MIT
// Several phones are called: those of a device at the same time, another flow of one of them when
// the first leads nowhere (RFC 5626), and whom they redirect to (RFC 3261 section 8.1.3.4).
#include <algorithm>
#include <utility>
#include <vector>

#include "call/machine.h"

namespace trunkline::call {

void Machine::add_legs(const std::vector<Target>& targets, unsigned group) {
  for (const Target& target : targets) {
    state_.legs.push_back({.call_id = target.call_id,
                           .address = target.address,
                           .group = group,
                           .is_spare = target.is_spare});
  }
}

void Machine::dial_group(unsigned group, const std::string& sdp) {
  Group& dialled = state_.groups.at(group);
  dialled.is_dialled = true;
  if (dialled.recording && !state_.record.is_recorded) {
    state_.record.is_recorded = true;
    state_.record.recording = dialled.recording;
    state_.record.recording_rule = dialled.recording_rule;
  }
  each_called([&](LegId id, const Leg& called) {
    if (called.group != group) return;
    told(id, sdp);
    if (!called.is_spare) dial(id);
  });
}

bool Machine::dial_next(LegId failed, const Failed& event) {
  Record& record = state_.record;
  for (const Redirection& redirection : event.redirections) {
    record.redirected.push_back({.status = event.status,
                                 .by = state_.groups.at(leg(failed).group).called.name,
                                 .to = redirection.to,
                                 .rule = redirection.rule,
                                 .refusal = redirection.refusal});
  }
  // RFC 3261 section 16.7 step 5: a 6xx ends the search.
  if (event.status >= 600) return false;
  if (follow(failed, event)) return true;
  const bool is_flow_lost = event.status == kFlowFailed || event.is_unreachable;
  if (is_flow_lost && dial_spare(failed)) return true;
  const unsigned group = leg(failed).group;
  const bool is_open = std::ranges::any_of(state_.legs, [&](const Leg& other) {
    return other.group == group && other.dialog == Dialog::invited;
  });
  const auto next = state_.groups.at(group).next;
  // The caller's own leg is of group 0, which nothing follows.
  if (is_open || !next || state_.groups.at(*next).is_dialled) return false;
  dial_group(*next, leg(failed).sdp_told);
  return true;
}

bool Machine::dial_spare(LegId failed) {
  const unsigned next = failed.value() + 1;
  if (next >= state_.legs.size() || !state_.legs[next].is_spare) return false;
  if (state_.legs[next].group != leg(failed).group) return false;
  dial(LegId(next));
  return true;
}

bool Machine::follow(LegId redirecting, const Failed& event) {
  Leg& called = leg(redirecting);
  // What the caller has been promised in its phone's name is no other's to keep.
  if (caller().has_settled_offer || called.owed_prack) return false;
  std::optional<unsigned> first;
  for (const Redirection& redirection : event.redirections) {
    if (redirection.targets.empty()) continue;
    const auto group = static_cast<unsigned>(state_.groups.size());
    if (first) state_.groups.back().next = group;
    if (!first) first = group;
    state_.groups.push_back({.called = redirection.called,
                             .recording = redirection.recording,
                             .recording_rule = redirection.recording_rule});
    add_legs(redirection.targets, group);
  }
  if (!first) return false;
  // `called` has moved.
  Leg& followed = leg(redirecting);
  followed.is_followed = true;
  // Behind the last of this redirection comes what waited for the phone that redirected.
  state_.groups.back().next = std::exchange(state_.groups.at(followed.group).next, std::nullopt);
  if (state_.early_media_from == redirecting) state_.early_media_from.reset();
  // They ring anew.
  act(StopTimer{.timer = Timer::ring});
  act(StartTimer{.timer = Timer::ring, .after = state_.ring_timeout});
  dial_group(*first, followed.sdp_told);
  return true;
}

void Machine::decide_failed_branches() {
  std::vector<int> statuses;
  std::vector<const Leg*> failed;
  bool is_refused_everywhere = false;
  bool is_any_open = false;
  each_called([&](LegId, const Leg& called) {
    if (called.dialog == Dialog::invited) is_any_open = true;
    if (called.dialog != Dialog::over || called.is_followed) return;
    statuses.push_back(called.failed_with);
    failed.push_back(&called);
    if (called.failed_with >= 600) is_refused_everywhere = true;
  });
  // RFC 3261 section 16.7 step 5: a 6xx ends the search, the other branches are cancelled.
  if (is_any_open && !is_refused_everywhere) return;
  const Leg& best = *failed[best_of(statuses)];
  const Outcome outcome = outcome_of(best.failed_with, best.is_ringing);
  Record& record = state_.record;
  record.called = state_.groups.at(best.group).called;
  record.called.call_id = best.call_id;
  record.called.address = best.address;
  end({.disposition = outcome.disposition,
       .status = outcome.status,
       .q850_cause = best.failure_reasons.q850_cause.value_or(outcome.q850_cause),
       .by = EndedBy::called,
       .reason = best.failure,
       .passed_on = best.failure_reasons.values});
}

}  // namespace trunkline::call
