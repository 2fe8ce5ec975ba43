// SPDX-License-Identifier: MIT
#pragma once

// The answer to a plain request as text: what nta_msg_treply would send, without building a message
// of Sofia's to be printed.

#include <optional>
#include <string>
#include <string_view>

#include "sip/message.h"
#include "sip/plain_register.h"
#include "sip/sofia.h"

namespace trunkline::sip {

/// The lines of an answer that repeat the request (RFC 3261 8.2.6.2), kept until it is answered.
class RepeatedLines {
 public:
  /// `from` is where the request truly came from (RFC 3261 18.2.1, RFC 3581).
  RepeatedLines(const RepeatedHeaders& headers, const Endpoint& from);
  /// Of a request that Sofia has parsed, whose Via says already where it came from. Nothing where
  /// they are longer than anybody's are.
  static std::optional<RepeatedLines> of(const sip_t& sip);

  /// The whole answer; `to_tag`, a token, is added where the request had none.
  std::string answer(const Reply& reply, std::string_view to_tag, std::string_view server) const;

 private:
  RepeatedLines() = default;

  std::string until_to_;  ///< Via, From and To without the tag to add
  std::string behind_to_;
  bool has_to_tag_ = false;
};

}  // namespace trunkline::sip
