// SPDX-License-Identifier: MIT
#include "exchange/invitation.h"

#include <fmt/format.h>

#include <utility>

#include "exchange/extensions.h"
#include "exchange/privacy.h"
#include "exchange/unsupported.h"
#include "route/decide.h"
#include "sip/body.h"

namespace trunkline::exchange {
namespace {

/// RFC 3261 section 8.1.1.6
constexpr std::uint32_t kDefaultMaxForwards = 70;

/// Refusals that come from the request itself, before anybody is looked for.
void refuse_unfit(Invitation& invitation, const sip::Request& request) {
  if (auto found = unsupported(request)) {
    invitation.invited.rule = "protocol";
    invitation.invited.refusal = {.status = found->reply.status,
                                  .reason = std::move(found->reason)};
    invitation.refusal_headers = std::move(found->reply.content.headers);
    return;
  }
  if (const Privacy privacy = privacy_of(request); !privacy.impossible.empty()) {
    // RFC 3323 section 5
    invitation.invited.rule = "protocol";
    invitation.invited.refusal = {
        .status = 500, .reason = "privacy cannot be had as asked for: " + privacy.impossible};
    return;
  }
  if (request.max_forwards.value_or(kDefaultMaxForwards) == 0) {
    invitation.invited.rule = "protocol";
    invitation.invited.refusal = {.status = 483, .reason = "too many hops"};
  }
}

void set_recording(call::Invited& invited, const InvitationQuestion& question,
                   const directory::Device& called) {
  using directory::RecordingMode;
  const auto is_recorded = [&](const directory::Device& device) {
    return question.snapshot.recording_of(device) == RecordingMode::always;
  };
  // One party that must be recorded is enough.
  const bool is_by_called = !is_recorded(question.caller) && is_recorded(called);
  invited.is_recorded = is_by_called || is_recorded(question.caller);
  invited.recording_rule = recording_level_of(is_by_called ? called : question.caller);
  if (invited.is_recorded) invited.recording = core::RecordingId::make(question.now);
}

sip::Outgoing outgoing_for(const InvitationQuestion& question, const call::Invited& invited,
                           const directory::Device& called) {
  const std::uint32_t hops = question.request.max_forwards.value_or(kDefaultMaxForwards);
  return {.target = {},
          .from = invited.is_anonymous ? anonymous_party()
                                       : address_of(question.caller, question.tenant),
          .to = address_of(called, question.tenant),
          .max_forwards = hops - 1};
}

}  // namespace

Invitation invitation_for(const InvitationQuestion& question, const Lookup& lookup) {
  const sip::Request& request = question.request;
  Invitation invitation;
  call::Invited& invited = invitation.invited;
  invited.call = core::CallRef::make(question.now);
  invited.tenant = question.tenant.id;
  invited.caller = party_of(question.caller);
  invited.caller.call_id = request.call_id;
  invited.caller.address = request.flow.peer.text();
  invited.caller.user_agent = request.user_agent;
  invited.dialled = request.uri.user;
  invited.ring_timeout = question.ring_timeout;
  invited.says = extensions_of(request);
  invited.is_anonymous = privacy_of(request).is_anonymous;
  refuse_unfit(invitation, request);
  if (invited.refusal) return invitation;

  const directory::Device* behind_gruu =
      question.gruu_of ? question.snapshot.device(*question.gruu_of) : nullptr;
  const bool is_gruu = behind_gruu != nullptr && behind_gruu->tenant == question.tenant.id;
  const std::string_view dialled = is_gruu ? behind_gruu->name : request.uri.user;
  const route::Plan plan = route::decide(question.snapshot, {.tenant = question.tenant.id,
                                                             .caller = question.caller.id,
                                                             .dialled = dialled,
                                                             .host = request.uri.host,
                                                             .now = question.now});
  invited.dialled = plan.dialled;
  invited.rule = plan.rule;
  if (plan.refusal) {
    invited.refusal = {.status = plan.refusal->status, .reason = plan.refusal->reason};
    return invitation;
  }
  const directory::Device& called = *plan.targets.front();
  invited.called = party_of(called);
  invited.offer = sip::body_of(request).sdp;
  set_recording(invited, question, called);
  Targets targets =
      targets_for(lookup(called.id), outgoing_for(question, invited, called), invited.call, 1);
  invited.targets = std::move(targets.targets);
  invitation.outgoing = std::move(targets.outgoing);
  return invitation;
}

}  // namespace trunkline::exchange
