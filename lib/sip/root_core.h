// SPDX-License-Identifier: MIT
#pragma once

// The inside of sip::Root, for lib/sip alone: the su_root, its registrations, and the queue of
// posted work.

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "core/locked.h"
#include "sip/gathering.h"
#include "sip/root.h"
#include "sip/sofia.h"

namespace trunkline::sip {

class Root::Core {
 public:
  Core();
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  su_root_t* root() const { return root_.get(); }
  /// Runs a callback inside a C frame: what it throws ends the loop and leaves run().
  void guarded(const std::function<void()>& work) noexcept;

  os::RegistrationPtr watch(int descriptor, os::Interest interest,
                            std::function<void(os::Ready)> ready);
  os::RegistrationPtr timer(core::Milliseconds delay, bool is_repeated, std::function<void()> fire);
  void post(std::function<void()> work);
  void run();
  void gather(core::Microseconds time);
  void assert_thread() const;

 private:
  class Watch;
  class Timer;
  void run_posted();

  std::thread::id owner_;
  RootRef root_;
  std::optional<Gathering> gathering_;
  int wake_ = -1;
  os::RegistrationPtr waker_;
  core::Locked<std::vector<std::function<void()>>> posted_;
  std::exception_ptr failure_;
};

}  // namespace trunkline::sip
