// SPDX-License-Identifier: MIT
#pragma once

// Thrown by Output when the reader of stdout went away: no error of ours, so it is no core::Error
// and no message is printed. run_program() ends the program as SIGPIPE would have.

namespace trunkline::cli {

struct BrokenPipe {};

}  // namespace trunkline::cli
