// SPDX-License-Identifier: MIT
#include "db/wakeup.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "os/system_fault.h"

namespace trunkline::db {
namespace {

/// Whether the first descriptor became readable before the timeout or the second.
bool poll_two(int first, int second, core::Milliseconds timeout) noexcept {
  const core::SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    std::array<pollfd, 2> watched{pollfd{.fd = first, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = second, .events = POLLIN, .revents = 0}};
    const auto left =
        std::chrono::ceil<core::Milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto bounded = std::clamp<std::int64_t>(left.count(), 0, 3'600'000);
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(bounded));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && watched[0].revents != 0;
  }
}

}  // namespace

Wakeup::Wakeup() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw os::system_error("make an eventfd", errno);
}

void Wakeup::set() noexcept {
  const std::uint64_t one = 1;
  // It can only fail by being set about 2^64 times, and then it is set.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

void Wakeup::clear() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(event_.get(), &count, sizeof count);
}

bool Wakeup::is_set() const noexcept {
  return wait(core::Milliseconds(0));
}

bool Wakeup::wait(core::Milliseconds timeout) const noexcept {
  return poll_two(event_.get(), -1, timeout);
}

bool Wakeup::wait(core::Milliseconds timeout, const Wakeup& other) const noexcept {
  return poll_two(event_.get(), other.descriptor(), timeout);
}

}  // namespace trunkline::db
