// SPDX-License-Identifier: MIT
// How a live call shows that it is one (SIP-24), and how it is shown.
#include "core/log.h"
#include "exchange/live_call.h"

namespace trunkline::exchange {
namespace {

/// Probes of one leg that could not be sent, in a row, until it counts as gone. One alone may be a
/// full queue or a connection just being made again.
constexpr unsigned kUnsentProbes = 2;

}  // namespace

void LiveCall::start_audits() {
  auditor_ = bench_.reactor.every(bench_.stale_after, [this] { audit(); });
}

void LiveCall::audit() {
  if (state_.phase != call::Phase::connected) return;
  for (const call::LegId id : {call::kCallerLeg, *state_.winner}) {
    leg(id).probe([this, id](const sip::Response& response) { probed(id, response); });
  }
  audit_media();
}

void LiveCall::probed(call::LegId id, const sip::Response& response) {
  const bool was_unsent = response.is_local && response.status == 503;
  unsigned& unsent = unsent_probes_[id];
  unsent = was_unsent ? unsent + 1 : 0;
  // RFC 3261 section 12.2.1.2: no answer and 481 both say that the dialog is gone.
  const bool is_gone = response.status == 481 || response.status == 408 || unsent >= kUnsentProbes;
  if (!is_gone) return;
  core::log_warning("call is stale: a party is gone", {{"call", state_.record.call.text()},
                                                       {"leg", call::tag_of(id)},
                                                       {"status", response.status}});
  deliver(call::Interrupted{.why = call::Interruption::leg_lost, .leg = id});
}

void LiveCall::audit_media() {
  if (state_.phase != call::Phase::connected) return;
  bench_.media.query(state_.record.call, [weak = weak_from_this()](SessionFate fate) {
    const auto self = weak.lock();
    if (!self || fate != SessionFate::unknown) return;
    core::log_warning("call is stale: its media session is gone",
                      {{"call", self->state_.record.call.text()}});
    self->deliver(call::Interrupted{.why = call::Interruption::media_lost});
  });
}

core::Json LiveCall::shown() const {
  core::Json json = core::parse_json(call::to_text(state_.record)).value_or(core::Json::object());
  const auto passed = bench_.clock.steady() - state_.record.started.steady;
  json["duration_ms"] = std::chrono::duration_cast<core::Milliseconds>(passed).count();
  json["phase"] = call::name_of(state_.phase);
  core::Json legs = core::Json::array();
  for (unsigned i = 0; i < state_.legs.size(); ++i) {
    const call::Leg& shown = state_.legs[i];
    legs.push_back({{"leg", call::tag_of(call::LegId(i))},
                    {"call_id", shown.call_id},
                    {"address", shown.address},
                    {"dialog", call::name_of(shown.dialog)},
                    {"has_on_hold", shown.has_on_hold}});
  }
  json["legs"] = std::move(legs);
  return json;
}

}  // namespace trunkline::exchange
