// SPDX-License-Identifier: MIT
#pragma once

// How Sofia's loop waits, seen from outside: it keeps its epoll instance to itself, but the kernel
// tells who watches what (proc_pid_fdinfo(5)).

#include <cstdint>

namespace trunkline::sip {

struct EpollWatch {
  int epoll = -1;          ///< the instance; -1 where there is none
  std::uint64_t data = 0;  ///< what it hands back with the descriptor's events

  bool is_found() const noexcept { return epoll >= 0; }
};

/// The epoll instance of this process that watches the descriptor.
EpollWatch find_epoll_watch(int descriptor);

/// From now on it hears of the descriptor's errors only. False where the kernel refuses.
bool watch_errors_only(const EpollWatch& watch, int descriptor) noexcept;

}  // namespace trunkline::sip
