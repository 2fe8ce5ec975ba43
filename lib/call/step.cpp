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

std::optional<LegId> Machine::other_party(LegId id) const {
  std::optional<LegId> called = state_.winner;
  const auto& early = state_.early_media_from;
  if (!called && early && state_.leg(*early).has_early_dialog) called = early;
  if (!called || id == kCallerLeg) return called;
  if (*called == id) return kCallerLeg;
  return std::nullopt;
}

bool Machine::is_open_to_offers(LegId id) const {
  const Leg& asked = state_.leg(id);
  if (asked.dialog == Dialog::confirmed) return true;
  return asked.dialog == Dialog::invited && asked.has_settled_offer;
}

void Machine::told(LegId id, const std::string& sdp) {
  if (!sdp.empty()) leg(id).sdp_told = sdp;
}

void Machine::heard(LegId id, const Extensions& says) {
  Leg& speaker = leg(id);
  // What its INVITE said of 100rel and the session holds until that is answered.
  if (speaker.dialog == Dialog::invited) {
    speaker.says.has_update = says.has_update;
  } else {
    speaker.says = says;
  }
}

unsigned Machine::append(std::string_view kind) {
  const unsigned ticket = state_.next_ticket++;
  act(Append{.ticket = ticket, .kind = kind, .body = to_text(state_.record)});
  return ticket;
}

unsigned Machine::ask_media(MediaPurpose purpose, int status, bool is_definitive) {
  const unsigned number = state_.next_request++;
  state_.media_requests.push_back(
      {.number = number, .purpose = purpose, .status = status, .is_definitive = is_definitive});
  return number;
}

unsigned Machine::offer_media(MediaPurpose purpose, LegId from, std::optional<LegId> to,
                              const std::string& sdp, int status) {
  state_.has_media = true;
  leg(from).sdp = sdp;
  const unsigned request = ask_media(purpose, status);
  act(OfferMedia{.request = request, .from = from, .to = to, .sdp = sdp});
  return request;
}

unsigned Machine::answer_media(MediaPurpose purpose, LegId offerer, LegId by,
                               const std::string& sdp, int status, bool is_definitive) {
  leg(by).sdp = sdp;
  const unsigned request = ask_media(purpose, status, is_definitive);
  act(AnswerMedia{.request = request, .offerer = offerer, .by = by, .sdp = sdp});
  return request;
}

void Machine::acknowledge(LegId id, const std::string& sdp) {
  leg(id).withholds_acknowledgement = false;
  told(id, sdp);
  act(Acknowledge{.leg = id, .sdp = sdp});
}

}  // namespace trunkline::call
