// SPDX-License-Identifier: MIT
#pragma once

// Sofia's parsed messages read into values, for lib/sip alone. Everything is copied: the values
// outlive the message.

#include <optional>

#include "os/address.h"
#include "sip/message.h"
#include "sip/sofia.h"

namespace trunkline::sip {

/// The request of a message that sip_sanity_check has passed. The flow is left empty.
Request read_request(const sip_t& sip);
Response read_response(const sip_t& sip);
/// Body and content type (an ACK's answer).
Content read_content(const sip_t& sip);
/// The headers that Request and Response have no field for.
std::vector<Header> read_headers(const sip_t& sip);

/// Where a message came from; without the interface of a link-local address, which no header has.
std::optional<os::Address> address_of(msg_t* message);

/// Parses one datagram as nta would; nullptr where Sofia cannot. For tests and fuzzing.
MessageRef parse_datagram(std::string_view bytes);

}  // namespace trunkline::sip
