// SPDX-License-Identifier: MIT
#pragma once

// What messages say of SIP's extensions, read and written: session timers (RFC 4028), reliable
// provisional answers (RFC 3262), UPDATE (RFC 3311) and reasons (RFC 3326). Pure; what to do about
// it is lib/call's.

#include <string>
#include <string_view>
#include <vector>

#include "call/event.h"
#include "sip/message.h"

namespace trunkline::exchange {

/// Option tags that a request may require of us.
inline const std::vector<std::string> kExtensions{"100rel", "timer"};

call::Extensions extensions_of(const sip::Request& request);
call::Extensions extensions_of(const sip::Response& response);

/// "1800;refresher=uac", the value of Session-Expires. Without an interval where it cannot be read.
call::SessionTerms parse_session_expires(std::string_view value);
/// Min-SE; 0 s where there is none.
core::Seconds least_session_of(const std::vector<sip::Header>& headers);
/// The Reason headers, as far as they are worth passing on.
call::Reasons reasons_of(const std::vector<sip::Header>& headers);

/// Supported, Session-Expires, Min-SE and Require, as a request or a 2xx of ours has them.
std::vector<sip::Header> session_headers(const call::SessionTerms& session,
                                         bool has_100rel = false);
sip::Header min_se(core::Seconds least);
/// What the other side said, and our own Q.850 cause where it said none.
std::vector<sip::Header> reason_headers(int q850_cause, std::string_view text,
                                        const std::vector<std::string>& passed_on);

}  // namespace trunkline::exchange
