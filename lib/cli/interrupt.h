// SPDX-License-Identifier: MIT
#pragma once

// What Ctrl-C (SIGINT) and SIGTERM do to a tool. By itself a tool ends at once with 130 or 143. A
// verb that must clean up holds an InterruptHold for that time, looks at is_requested() or polls
// descriptor(), and returns; run_program then ends with the right code. A second Ctrl-C does not
// wait.

#include "os/fd.h"

namespace trunkline::cli {

class [[nodiscard]] InterruptHold {
 public:
  /// At most one at a time.
  InterruptHold();
  ~InterruptHold();
  InterruptHold(const InterruptHold&) = delete;
  InterruptHold& operator=(const InterruptHold&) = delete;

  bool is_requested() const noexcept;
  /// Becomes readable with the first signal; stays the hold's.
  int descriptor() const noexcept;

 private:
  os::Pipe pipe_;
};

}  // namespace trunkline::cli
