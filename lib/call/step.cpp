// SPDX-License-Identifier: MIT
#include "call/step.h"

#include <utility>

#include "call/machine.h"

namespace trunkline::call {

Step step(State state, const Event& event) {
  Step result{std::move(state), {}};
  if (result.state.phase == Phase::finished) return result;
  Machine machine(result.state, result.actions, event.at);
  std::visit([&](const auto& what) { machine.on(what); }, event.what);
  return result;
}

LegId Machine::other_party(LegId id) const {
  return id == kCallerLeg ? state_.winner.value() : kCallerLeg;
}

unsigned Machine::append(std::string_view kind) {
  const unsigned ticket = state_.next_ticket++;
  act(Append{.ticket = ticket, .kind = kind, .body = to_text(state_.record)});
  return ticket;
}

unsigned Machine::ask_media(MediaPurpose purpose, int status) {
  const unsigned number = state_.next_request++;
  state_.media_requests.push_back({.number = number, .purpose = purpose, .status = status});
  return number;
}

unsigned Machine::offer_media(MediaPurpose purpose, LegId from, std::optional<LegId> to,
                              const std::string& sdp) {
  state_.has_media = true;
  const unsigned request = ask_media(purpose);
  act(OfferMedia{.request = request, .from = from, .to = to, .sdp = sdp});
  return request;
}

unsigned Machine::answer_media(MediaPurpose purpose, LegId offerer, LegId by,
                               const std::string& sdp, int status) {
  const unsigned request = ask_media(purpose, status);
  act(AnswerMedia{.request = request, .offerer = offerer, .by = by, .sdp = sdp});
  return request;
}

void Machine::acknowledge(LegId id, const std::string& sdp) {
  leg(id).withholds_acknowledgement = false;
  act(Acknowledge{.leg = id, .sdp = sdp});
}

}  // namespace trunkline::call
