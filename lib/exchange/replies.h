// SPDX-License-Identifier: MIT
#pragma once

// Answers that are a status and a few headers, without a body.

#include <utility>
#include <vector>

#include "sip/message.h"

namespace trunkline::exchange {

inline sip::Content headers_only(std::vector<sip::Header> headers) {
  sip::Content content;
  content.headers = std::move(headers);
  return content;
}

inline sip::Reply bare_reply(int status, std::vector<sip::Header> headers = {}) {
  return {.status = status, .content = headers_only(std::move(headers))};
}

}  // namespace trunkline::exchange
