// SPDX-License-Identifier: MIT
#pragma once

// Running a root until something has happened, bounded in time.

#include <functional>

#include "sip/root.h"

namespace trunkline::exchange {

/// Whether it was done in time.
inline bool run_until(sip::Root& root, const std::function<bool()>& is_done,
                      core::Milliseconds patience = core::Seconds(8)) {
  if (is_done()) return true;
  bool is_over = false;
  const auto look = root.every(core::Milliseconds(2), [&] {
    if (is_done()) root.stop();
  });
  const auto limit = root.after(patience, [&] {
    is_over = true;
    root.stop();
  });
  root.run();
  return !is_over || is_done();
}

/// For what must not happen.
inline void run_for(sip::Root& root, core::Milliseconds duration) {
  (void)run_until(
      root, [] { return false; }, duration);
}

}  // namespace trunkline::exchange
