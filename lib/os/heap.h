// SPDX-License-Identifier: MIT
#pragma once

// What a daemon does after it has read something large once.

namespace trunkline::os {

/// Gives the heap's unused pages back to the kernel, where the heap can (the C library's, or
/// mimalloc's of this thread): else they would stay with the process as long as one byte near them
/// is in use. Of 100 MB it takes about 20 ms, in which other threads that allocate may wait.
void return_free_memory() noexcept;

}  // namespace trunkline::os
