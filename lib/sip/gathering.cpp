// SPDX-License-Identifier: MIT
#include "sip/gathering.h"

#include <fmt/format.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/text.h"

namespace trunkline::sip {

int epoll_watching(int descriptor) {
  // proc_pid_fdinfo(5): an epoll instance lists what it watches as "tfd: NUMBER events: ...".
  const std::string wanted = fmt::format("{}", descriptor);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo", error)) {
    std::ifstream info(entry.path());
    std::string word;
    while (info >> word) {
      if (word != "tfd:" || !(info >> word) || word != wanted) continue;
      const auto number = core::parse_unsigned(entry.path().filename().native());
      return number ? static_cast<int>(*number) : -1;
    }
  }
  return -1;
}

Gathering::Gathering(su_root_t* root, int watched, core::Microseconds time)
    : root_(root), epoll_(epoll_watching(watched)), time_(time) {
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
