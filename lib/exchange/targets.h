// SPDX-License-Identifier: MIT
#pragma once

// The contacts of a device as what a call dials: one INVITE each. Pure.

#include <functional>
#include <vector>

#include "call/event.h"
#include "core/uuid.h"
#include "directory/snapshot.h"
#include "registrar/binding.h"
#include "sip/agent.h"

namespace trunkline::exchange {

/// Where a device is reached now, most preferred first.
using Lookup = std::function<std::vector<registrar::Binding>(core::DeviceId)>;

struct Targets {
  std::vector<call::Target> targets;
  std::vector<sip::Outgoing> outgoing;  ///< one for each
};

/// `like` says who calls whom; `first` is the number of the first leg. The flows of one instance
/// stand one behind the other, as spares of the one that is preferred (RFC 5626 section 7).
Targets targets_for(std::vector<registrar::Binding> bindings, const sip::Outgoing& like,
                    core::CallRef call, std::size_t first);

call::Party party_of(const directory::Device& device);
/// "Bob <sip:102@example.org>"
sip::Party address_of(const directory::Device& device, const directory::Tenant& tenant);
/// Whose setting decides whether that device's calls are recorded: its own, else its tenant's.
std::string recording_level_of(const directory::Device& device);

}  // namespace trunkline::exchange
