// SPDX-License-Identifier: MIT
#pragma once

// Sofia's event loop as os::Reactor. One Root per process: the SIP thread makes it, runs it and
// ends it, and everything of lib/sip lives on that thread. Its clock is monotonic: Sofia's
// `_su_time` hook is set so that a step of the wall clock neither fires nor stops a timer (DESIGN
// 9).

#include <memory>

#include "os/reactor.h"

namespace trunkline::sip {

class Root final : public os::Reactor {
 public:
  /// Belongs to the thread that makes it. Throws core::Error where Sofia cannot start.
  Root();
  ~Root() override;
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  [[nodiscard]] os::RegistrationPtr watch(int descriptor, os::Interest interest,
                                          std::function<void(os::Ready)> ready) override;
  [[nodiscard]] os::RegistrationPtr after(core::Milliseconds delay,
                                          std::function<void()> fire) override;
  [[nodiscard]] os::RegistrationPtr every(core::Milliseconds period,
                                          std::function<void()> fire) override;
  void post(std::function<void()> work) override;
  void run() override;
  void stop() override;

  /// While there is more to do than one thing within this time (less than a second), what comes is
  /// served together at its end: adds at most `time` to each delay, and nothing while there is
  /// little to do. Zero ends it.
  void gather(core::Microseconds time);

  /// Asserts that the calling thread owns the root.
  void assert_thread() const;

  class Core;
  /// For lib/sip alone.
  Core& core() const { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace trunkline::sip
