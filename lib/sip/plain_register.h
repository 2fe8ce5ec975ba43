// SPDX-License-Identifier: MIT
#pragma once

// A REGISTER as nearly every phone writes it, read in one pass over the datagram: Sofia's parser,
// made for everything SIP allows, takes ten times as long for the same values. What is read here is
// what Sofia would have read (a fuzz target compares them); whatever is in the least unusual
// (folded lines, escapes, several contacts, a body, a header that changes what is done) is not read
// here at all, and left to Sofia.

#include <optional>
#include <string_view>

#include "sip/message.h"

namespace trunkline::sip {

/// The values of headers that an answer repeats, as they stand in the datagram.
struct RepeatedHeaders {
  std::string_view via;
  std::string_view from;
  std::string_view to;  ///< without a tag
  std::string_view call_id;
  std::string_view cseq;
};

struct PlainRegister {
  Request request;           ///< its flow is left empty
  RepeatedHeaders repeated;  ///< lives as long as the datagram
};

/// Nothing where it is no REGISTER, or not plain.
std::optional<PlainRegister> read_plain_register(std::string_view datagram);

}  // namespace trunkline::sip
