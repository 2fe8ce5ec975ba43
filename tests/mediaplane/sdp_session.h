// SPDX-License-Identifier: MIT
#pragma once

// What a party of a call said in its SDP.

#include <string>

#include "sdp/session.h"

namespace trunkline::mediaplane {

/// `media` is the lines from the first m= on, each with its end.
inline sdp::Session session(const std::string& media, const std::string& connection = "192.0.2.1") {
  return sdp::Session::parse("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 " + connection +
                             "\r\nt=0 0\r\n" + media)
      .value();
}

}  // namespace trunkline::mediaplane
