// SPDX-License-Identifier: MIT
#pragma once

// Signals as ordinary events of a loop (signalfd), so that nothing ever runs in a signal's context.

#include <functional>
#include <vector>

#include "os/reactor.h"

namespace trunkline::os {

/// Keeps the signals from this thread and from the threads it starts later. Call it before the
/// first thread is started; children of spawn() do not inherit it.
void block_signals(const std::vector<int>& signals);

/// For a thread beside the reactor's: signals are not for it, and a pipe or socket whose reader
/// left is told by errno.
void block_all_signals();

/// Calls `arrived` with the signal's number. Blocks the signals as above; destroying the
/// registration takes out what is pending and restores the thread's mask.
[[nodiscard]] RegistrationPtr watch_signals(Reactor& reactor, const std::vector<int>& signals,
                                            std::function<void(int)> arrived);

/// A write to a closed connection is an error, not the end of the process.
void ignore_sigpipe();

}  // namespace trunkline::os
