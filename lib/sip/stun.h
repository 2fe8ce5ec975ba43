// SPDX-License-Identifier: MIT
#pragma once

// STUN binding requests on the SIP sockets, which is how phones keep their NAT open over UDP and
// see that it has given them another address (RFC 5626 3.5.2, 4.4.2; RFC 5389 7.3.1). Ours, because
// the one in Sofia-SIP leaks memory with every request that it refuses and writes a line to
// standard error for every one.

#include "core/bytes.h"
#include "os/address.h"

namespace trunkline::sip {

/// The answer to a datagram that is a binding request: where it came from, as XOR-MAPPED-ADDRESS
/// (MAPPED-ADDRESS for those who send no magic cookie, RFC 3489), or error 420 where it asks for
/// what we do not know. Empty for everything else. Never longer than 44 bytes.
core::Bytes stun_answer(core::ByteView datagram, const os::Address& from);

/// Puts stun_answer() in the place of Sofia's server. Once, before the first socket is made.
void serve_stun();

}  // namespace trunkline::sip
