// SPDX-License-Identifier: MIT
#pragma once

// What an authenticated INVITE becomes: the invitation for call::step() and the INVITEs it may lead
// to. Pure but for fresh ids: directory, bindings and request in, values out.

#include <vector>

#include "call/event.h"
#include "core/time.h"
#include "directory/snapshot.h"
#include "exchange/targets.h"
#include "sip/agent.h"
#include "sip/message.h"

namespace trunkline::exchange {

struct Invitation {
  call::Invited invited;
  std::vector<sip::Outgoing> outgoing;       ///< one for each of invited.targets
  std::vector<sip::Header> refusal_headers;  ///< beside a refusing status
};

struct InvitationQuestion {
  const sip::Request& request;
  const directory::Snapshot& snapshot;
  const directory::Tenant& tenant;
  const directory::Device& caller;
  core::Time now;
  core::Milliseconds ring_timeout{60'000};
  /// Whose temporary GRUU was dialled (RFC 5627), where one was.
  std::optional<core::DeviceId> gruu_of = {};
};

Invitation invitation_for(const InvitationQuestion& question, const Lookup& lookup);

}  // namespace trunkline::exchange
