// SPDX-License-Identifier: MIT
#pragma once

// What a REGISTER does (RFC 3261 10.3), as a pure function: the bindings there are, the request and
// the time give the bindings there will be, the reply, and what changed. All or nothing: a request
// that is refused changes nothing.

#include <string>
#include <vector>

#include "core/time.h"
#include "registrar/binding.h"
#include "registrar/gruu.h"
#include "sip/message.h"

namespace trunkline::registrar {

struct Limits {
  core::Seconds expires_min{60};
  core::Seconds expires_max{7200};
  core::Seconds expires_default{3600};
  std::size_t max_contacts = 10;  ///< a device
  /// Told to phones that keep a flow open (RFC 5626 section 10); 0: not told.
  core::Seconds flow_timer{0};
};

/// Whose bindings they are, and how the request was proven to be theirs.
struct Owner {
  core::TenantId tenant;
  core::DeviceId device;
  std::string name;
  std::string nonce = {};
  std::uint32_t nonce_count = 0;
  std::string domain = {};  ///< of its address
  Gruus* gruus = nullptr;   ///< to give it some
};

struct Change {
  enum class Kind : std::uint8_t {
    bound,      ///< a contact appeared
    moved,      ///< a known contact came from another address: as telling as a new one
    refreshed,  ///< only times, counts and CSeq changed: state, but no entry of its own
    unbound,
  };
  Kind kind = Kind::bound;
  Binding binding;
  std::string reason = {};  ///< of unbound: "removed", "expired", "replaced", ...
};

struct Outcome {
  sip::Reply reply;
  std::vector<Binding> bindings;
  std::vector<Change> changes;
};

/// `current` are the device's bindings; those that have expired by `now` count as gone.
Outcome apply_register(std::vector<Binding> current, const sip::Request& request,
                       const Owner& owner, const Limits& limits, core::Time now);

}  // namespace trunkline::registrar
