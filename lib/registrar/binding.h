// SPDX-License-Identifier: MIT
#pragma once

// A binding: one contact of one device (RFC 3261 10). A value, with its text form for the journal's
// state of kind "binding".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_reader.h"
#include "core/time.h"
#include "core/uuid.h"
#include "sip/address.h"

namespace trunkline::registrar {

struct Binding {
  core::TenantId tenant;
  core::DeviceId device;
  std::string name;  ///< of the device: "alice"
  sip::Contact contact;
  std::vector<std::string> path;  ///< RFC 3327; kept, sent as the route set of calls
  sip::Flow flow;                 ///< where the REGISTER truly came from
  std::string call_id;
  std::uint32_t cseq = 0;
  std::string user_agent;
  core::Time registered_at;  ///< when the contact appeared; a refresh keeps it
  core::Time expires_at;
  std::string nonce;  ///< the digest nonce last used, so that its count continues after a restart
  std::uint32_t nonce_count = 0;

  bool operator==(const Binding&) const = default;
};

/// What the journal's state keeps: key is unique for the binding, value one line of JSON.
std::string state_key(const Binding& binding);
std::string to_text(const Binding& binding);
/// `reader` is used for it: one for many.
core::Result<Binding> parse_binding(core::JsonReader& reader, std::string_view text);

/// The body of a registration.bound or registration.unbound entry ("registration.v1"); `reason` is
/// left out where empty.
std::string registration_body(const Binding& binding, std::string_view reason);

}  // namespace trunkline::registrar
