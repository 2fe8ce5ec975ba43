// SPDX-License-Identifier: MIT
#pragma once

// Parsers of ours that take the place of Sofia's, for the lines it is wrong about.
//
// Request line: split_request_line's rules, and no headers in the URI (RFC 3261 19.1.5). CSeq: any
// token is a method. Via: maddr is taken away, the first one of a request gets the received and
// rport that it truly came from, and one with broken parameters is read without them.
//
// Whatever is broken but can be answered is read as something harmless and marked; end_of_headers
// turns the mark into Sofia's own, upon which nta answers 400.

#include "sip/sofia.h"

namespace trunkline::sip {

issize_t parse_request_line(su_home_t* home, msg_header_t* header, char* text,
                            isize_t size) noexcept;
issize_t parse_cseq(su_home_t* home, msg_header_t* header, char* text, isize_t size) noexcept;
issize_t parse_via(su_home_t* home, msg_header_t* header, char* text, isize_t size) noexcept;

/// To be called once, when the headers of a message are read.
void end_of_headers(sip_t& sip) noexcept;

}  // namespace trunkline::sip
