// SPDX-License-Identifier: MIT
#pragma once

// A thread that runs a loop of its own: the relay's I/O threads, the writer of recordings. It is
// told what to do by post() and ends when it is destroyed, after the work posted before.

#include <functional>
#include <string>
#include <thread>

#include "os/loop.h"

namespace trunkline::mediaplane {

class LoopThread {
 public:
  /// `name` (15 characters at most) is what top and gdb show.
  explicit LoopThread(std::string name);
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  /// Runs on the thread, in the order posted. It must not throw: the process would end.
  void post(std::function<void()> work) { loop_.post(std::move(work)); }
  /// For work that runs on the thread.
  os::Reactor& reactor() noexcept { return loop_; }
  /// os::Loop::gather(), for work that runs on the thread.
  void gather(core::Microseconds time) { loop_.gather(time); }
  /// Runs `work` on the thread and waits until it is done.
  void run(const std::function<void()>& work);
  /// Lets what was posted finish, then ends the thread; further posts are lost.
  void join();

 private:
  os::Loop loop_;
  std::thread thread_;
};

}  // namespace trunkline::mediaplane
