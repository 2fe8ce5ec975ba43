// SPDX-License-Identifier: MIT
// INFO within a dialog, above all DTMF (application/dtmf-relay): passed to the other side, whose
// answer is passed back.
#include <utility>

#include "call/machine.h"

namespace trunkline::call {
namespace {

/// At once; a finger is slower.
constexpr std::size_t kMostInfos = 16;

}  // namespace

void Machine::on(const InfoReceived& event) {
  if (!knows(event.leg)) return;
  const auto reject = [&](int status, bool may_retry = false) {
    act(RejectRequest{.leg = event.leg,
                      .transaction = event.transaction,
                      .status = status,
                      .may_retry = may_retry});
  };
  if (state_.phase == Phase::ending) return reject(481);
  // Without a body it asks nothing but whether we are there.
  if (event.body.empty()) {
    return act(AcceptRequest{.leg = event.leg, .transaction = event.transaction});
  }
  const auto other = other_party(event.leg);
  if (!other) return reject(488);
  const Dialog dialog = leg(*other).dialog;
  const bool is_reachable = dialog == Dialog::confirmed || leg(*other).has_early_dialog;
  if (!is_reachable) return reject(488);
  if (state_.infos.size() >= kMostInfos) return reject(500, true);
  const unsigned number = state_.next_info++;
  state_.infos.push_back({.number = number, .from = event.leg, .transaction = event.transaction});
  act(SendInfo{
      .leg = *other, .number = number, .content_type = event.content_type, .body = event.body});
}

void Machine::on(const InfoAnswered& event) {
  std::optional<PassedInfo> passed;
  std::erase_if(state_.infos, [&](const PassedInfo& info) {
    if (info.number != event.number) return false;
    passed = info;
    return true;
  });
  if (!passed) return;
  if (event.status < 300) {
    return act(AcceptRequest{.leg = passed->from, .transaction = passed->transaction});
  }
  // What is between the other side and us is no answer to the question.
  const bool is_between_us = event.status == 401 || event.status == 407 || event.status == 408 ||
                             event.status == 481 || event.status == 503;
  act(RejectRequest{.leg = passed->from,
                    .transaction = passed->transaction,
                    .status = is_between_us ? 500 : event.status});
  if (event.status == 481 && knows(event.leg)) {
    on(Interrupted{.why = Interruption::leg_lost, .leg = event.leg});
  }
}

void Machine::drop_infos() {
  for (const PassedInfo& info : std::exchange(state_.infos, {})) {
    // RFC 3261 section 15.1.2
    act(RejectRequest{.leg = info.from, .transaction = info.transaction, .status = 487});
  }
}

}  // namespace trunkline::call
