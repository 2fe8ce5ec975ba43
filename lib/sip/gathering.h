// SPDX-License-Identifier: MIT
#pragma once

// Lets a busy SIP loop wake once for what comes within a while, as os::Loop::gather() does: waking
// costs more than reading a message does. Sofia has no such thing, but a hook before each wait.

#include <utility>

#include "core/time.h"
#include "sip/sofia.h"

namespace trunkline::sip {

class Gathering {
 public:
  /// While the loop finds nothing left to do more often than this (less than a second), it sleeps
  /// until that much time has passed since the last such moment. `watched` is a descriptor that the
  /// root watches. Without effect where the root does not wait by epoll. On the root's thread.
  Gathering(su_root_t* root, int watched, core::Microseconds time);
  ~Gathering();
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

 private:
  static void before_wait(su_prepoll_magic_t* context, su_root_t* root) noexcept;
  bool is_something_left() const;
  void gather();

  su_root_t* root_;
  int epoll_;  ///< Sofia's; -1 where there is none
  core::Microseconds time_;
  core::SteadyTime idle_at_{};
  bool is_busy_ = false;  ///< the last two idle moments were less than the time apart
};

}  // namespace trunkline::sip
