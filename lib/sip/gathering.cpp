// SPDX-License-Identifier: MIT
#include "sip/gathering.h"

#include <poll.h>

#include <thread>

#include "sip/epoll_watch.h"

namespace trunkline::sip {

Gathering::Gathering(su_root_t* root, int watched, core::Microseconds time)
    : root_(root), epoll_(find_epoll_watch(watched).epoll), time_(time) {
  if (epoll_ >= 0) {
    su_root_add_prepoll(root_, before_wait, reinterpret_cast<su_prepoll_magic_t*>(this));
  }
}

Gathering::~Gathering() {
  if (epoll_ >= 0) su_root_remove_prepoll(root_);
}

void Gathering::before_wait(su_prepoll_magic_t* context, su_root_t*) noexcept {
  reinterpret_cast<Gathering*>(context)->gather();
}

bool Gathering::is_something_left() const {
  pollfd ready{.fd = epoll_, .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) > 0;
}

void Gathering::gather() {
  // First what is left: Sofia reads one message of a socket at a time.
  if (is_something_left()) return;
  const core::SteadyTime now = std::chrono::steady_clock::now();
  const bool is_soon = now - idle_at_ < time_;
  const core::SteadyTime until = idle_at_ + time_;
  idle_at_ = now;
  if (is_soon && is_busy_) {
    std::this_thread::sleep_until(until);
    idle_at_ = until;
  }
  is_busy_ = is_soon;
}

}  // namespace trunkline::sip
