// SPDX-License-Identifier: MIT
#pragma once

// One thread's event loop: descriptors, timers and work posted from other threads. Everything but
// post() and stop() belongs to the thread that runs the loop. Two loops implement it: os::Loop
// (epoll) and sip::Root (Sofia-SIP's su_root), so that the control server or the NG client run on
// either.

#include <cstdint>
#include <functional>
#include <memory>

#include "core/time.h"

namespace trunkline::os {

/// Ends what it stands for when it is destroyed (a watched descriptor, a timer).
class Registration {
 public:
  virtual ~Registration() = default;
};
using RegistrationPtr = std::unique_ptr<Registration>;

enum class Interest : std::uint8_t { readable, writable, both };

struct Ready {
  bool is_readable = false;
  bool is_writable = false;
  bool is_closed = false;  ///< hang-up or error on the descriptor
};

class Reactor {
 public:
  virtual ~Reactor() = default;

  /// Calls `ready` (level-triggered) until the registration is destroyed. The descriptor stays the
  /// caller's and must outlive the registration.
  [[nodiscard]] virtual RegistrationPtr watch(int descriptor, Interest interest,
                                              std::function<void(Ready)> ready) = 0;
  /// Calls `fire` once after `delay` on the steady clock; destroying the registration cancels.
  [[nodiscard]] virtual RegistrationPtr after(core::Milliseconds delay,
                                              std::function<void()> fire) = 0;
  /// Calls `fire` every `period` until the registration is destroyed.
  [[nodiscard]] virtual RegistrationPtr every(core::Milliseconds period,
                                              std::function<void()> fire) = 0;
  /// Runs `work` on the loop's thread, in the order posted. Any thread may call.
  virtual void post(std::function<void()> work) = 0;

  /// Runs until stop(). An exception of a callback leaves run().
  virtual void run() = 0;
  /// Any thread may call.
  virtual void stop() = 0;
};

}  // namespace trunkline::os
