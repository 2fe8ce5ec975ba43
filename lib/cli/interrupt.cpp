// SPDX-License-Identifier: MIT
#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cassert>

#include "cli/signals.h"

namespace trunkline::cli {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<int> requested{0};
std::atomic<int> wake_descriptor{-1};
std::atomic<const termios*> terminal_to_restore{nullptr};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int signal) noexcept {
  const int wake = wake_descriptor.load();
  // The second Ctrl-C is from somebody who does not want to wait for the cleaning up.
  if (wake >= 0 && requested.exchange(signal) == 0) {
    // A full pipe is readable already, which is all that matters.
    [[maybe_unused]] const ssize_t written = ::write(wake, "x", 1);
    return;
  }
  const termios* const modes = terminal_to_restore.load();
  if (modes != nullptr) ::tcsetattr(STDIN_FILENO, TCSANOW, modes);
  ::_exit(128 + signal);
}

}  // namespace

void end_on_interrupt() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction inherited = {};
    ::sigaction(signal, nullptr, &inherited);
    // `nohup` and background jobs of a shell ignore it on purpose.
    if (inherited.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  (void)::signal(SIGPIPE,
                 SIG_IGN);  // Output sees EPIPE; a socket's peer that left is an error with words
}

void restore_on_interrupt(const termios* modes) {
  terminal_to_restore.store(modes);
}

int requested_signal() noexcept {
  return requested.load();
}

InterruptHold::InterruptHold() : pipe_(os::make_pipe()) {
  os::set_nonblocking(pipe_.write_end.get());
  [[maybe_unused]] const int other = wake_descriptor.exchange(pipe_.write_end.get());
  assert(other < 0 && "one hold at a time");
}

InterruptHold::~InterruptHold() {
  wake_descriptor.store(-1);
}

bool InterruptHold::is_requested() const noexcept {
  return requested.load() != 0;
}

int InterruptHold::descriptor() const noexcept {
  return pipe_.read_end.get();
}

}  // namespace trunkline::cli
