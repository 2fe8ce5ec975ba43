// SPDX-License-Identifier: MIT
#pragma once

// A flag that a thread can sleep on beside a database connection (an eventfd). Set from any thread,
// also from several; reading it does not clear it.

#include "core/time.h"
#include "os/fd.h"

namespace trunkline::db {

class Wakeup {
 public:
  /// Throws core::Error when descriptors run out.
  Wakeup();
  void set() noexcept;
  void clear() noexcept;
  bool is_set() const noexcept;
  /// Whether it was set before `timeout` had passed.
  bool wait(core::Milliseconds timeout) const noexcept;
  /// Whether this one was set before `timeout` had passed; ends also when `other` is set.
  bool wait(core::Milliseconds timeout, const Wakeup& other) const noexcept;
  /// Readable while it is set.
  int descriptor() const noexcept { return event_.get(); }

 private:
  os::Fd event_;
};

}  // namespace trunkline::db
