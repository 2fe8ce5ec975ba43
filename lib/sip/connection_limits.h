// SPDX-License-Identifier: MIT
#pragma once

// How many connections others may have open to us, and how silent (connections.h sees to it).

#include <cstddef>

#include "core/time.h"

namespace trunkline::sip {

struct ConnectionLimits {
  std::size_t max_per_source = 200;          ///< newer ones are closed
  core::Milliseconds first_message{10'000};  ///< by then it must have sent a whole message
  /// How long it may be without a message, unless it is needed.
  core::Milliseconds idle{120'000};
};

}  // namespace trunkline::sip
