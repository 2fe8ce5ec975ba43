// SPDX-License-Identifier: MIT
#pragma once

// What a REGISTER says of extensions to registration: Path (RFC 3327) and flows that a phone keeps
// open itself (outbound, RFC 5626). Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"

namespace trunkline::registrar {

/// Option tags that a REGISTER may require, beyond what calls know.
inline const std::vector<std::string> kRegistrarExtensions{"path", "outbound", "gruu"};

/// In Supported or Require.
bool knows_extension(const sip::Request& request, std::string_view extension);

/// The route set that leads back to the phone, in its order.
std::vector<std::string> path_of(const sip::Request& request);

/// Whether flows are kept for this request (section 6): a contact of it has an instance and a
/// reg-id, and the phone knows of it.
bool is_outbound(const sip::Request& request);
/// The refusal of such a request: 439 where the proxy between us does not keep flows, 400 where it
/// binds another contact beside that of its flow. Nothing where it may go on.
std::optional<sip::Reply> refusal_of_outbound(const sip::Request& request);

}  // namespace trunkline::registrar
