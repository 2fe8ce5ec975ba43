// SPDX-License-Identifier: MIT
#pragma once

// Where a called phone's 3xx leads (RFC 3261 section 8.1.3.4): its contacts in the order of their
// q, each as far as the route would let the caller itself reach it, within the tenant, to nobody
// who was called already. Pure but for fresh ids.

#include <vector>

#include "call/record.h"
#include "directory/snapshot.h"
#include "exchange/targets.h"
#include "sip/message.h"

namespace trunkline::exchange {

/// Contacts of one call that are looked at, followed or not.
inline constexpr std::size_t kMostRedirections = 5;

/// 300, 301 and 302 name others to call; 305 and 380 mean something else.
bool is_redirect(int status);

struct RedirectQuestion {
  const call::Record& record;  ///< of the call so far
  std::vector<sip::Contact> contacts;
  const sip::Outgoing& like;  ///< the INVITE that was redirected
  std::string own_host;       ///< of ours, as that phone knows it
  std::vector<core::DeviceId> tried;
  std::size_t next_leg = 1;
  core::Time now;
};

struct Redirect {
  std::vector<call::Redirection> redirections;
  std::vector<sip::Outgoing> outgoing;  ///< one for each of their targets, in order
};

Redirect redirect_for(const RedirectQuestion& question, const directory::Snapshot& snapshot,
                      const Lookup& lookup);

}  // namespace trunkline::exchange
