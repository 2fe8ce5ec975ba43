// SPDX-License-Identifier: MIT
#pragma once

// The Reactor over epoll. One thread runs it; callbacks may destroy any registration, their own
// included, and may make new ones. Timers live on the steady clock in a heap and are at most a
// millisecond late. Work posted before stop() runs before run() returns.
//
// One watch a descriptor: destroy the old registration before making another one for it.

#include <memory>

#include "os/reactor.h"

namespace trunkline::os {

class Loop final : public Reactor {
 public:
  /// Throws core::Error when descriptors run out.
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] RegistrationPtr watch(int descriptor, Interest interest,
                                      std::function<void(Ready)> ready) override;
  [[nodiscard]] RegistrationPtr after(core::Milliseconds delay,
                                      std::function<void()> fire) override;
  /// A tick that comes late does not make the later ones come in a burst.
  [[nodiscard]] RegistrationPtr every(core::Milliseconds period,
                                      std::function<void()> fire) override;
  void post(std::function<void()> work) override;

  /// May be called again after it returned, also by an exception.
  void run() override;
  void stop() override;
  /// While wakings follow each other faster than this (less than a second), lets that much time
  /// pass from one to the next, so that one serves many descriptors: each costs more than serving a
  /// descriptor does. What is ready already is served first, so a queue is not drawn out. Adds at
  /// most `time` to the delay of a descriptor or timer, nothing to that of a post, and nothing
  /// while there is little to do. Before run(), or on its thread.
  void gather(core::Microseconds time);
  /// One turn: waits at most `wait` for something to do, then does it.
  void run_once(core::Milliseconds wait);

  /// Owned together with the registrations, which may outlive the loop.
  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace trunkline::os
