// SPDX-License-Identifier: MIT
#pragma once

// The parts of signal handling that run_program() and the prompts need; verbs use interrupt.h.

#include <termios.h>

namespace trunkline::cli {

/// From here on SIGINT and SIGTERM end the process with 130 and 143 unless an InterruptHold lives;
/// SIGPIPE is ignored.
void end_on_interrupt();

/// These modes are given back to the terminal on stdin before such an end; nullptr: none.
void restore_on_interrupt(const termios* modes);

/// The signal that came during an InterruptHold, or 0.
int requested_signal() noexcept;

}  // namespace trunkline::cli
