// SPDX-License-Identifier: MIT
#include "os/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <csignal>

#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::os {
namespace {

sigset_t set_of(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

void set_mask(int how, const sigset_t& set, sigset_t* old) {
  const int error_number = ::pthread_sigmask(how, &set, old);
  if (error_number != 0) throw system_error("set the signal mask", error_number);
}

class SignalWatch final : public Registration {
 public:
  SignalWatch(Reactor& reactor, const std::vector<int>& signals, std::function<void(int)> arrived)
      : arrived_(std::move(arrived)) {
    const sigset_t set = set_of(signals);
    set_mask(SIG_BLOCK, set, &old_mask_);
    descriptor_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw system_error("watch signals", errno);
    watch_ = reactor.watch(descriptor_.get(), Interest::readable, [this](Ready) { read(); });
  }
  ~SignalWatch() override {
    watch_.reset();
    // A pending one would act as soon as it is unblocked.
    while (take() != 0) {
    }
    (void)::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  /// The next pending signal, or 0.
  int take() noexcept {
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) != sizeof info) return 0;
    return static_cast<int>(info.ssi_signo);
  }
  void read() {
    // One a turn: the callback may destroy this object.
    if (const int signal = take()) arrived_(signal);
  }

  std::function<void(int)> arrived_;
  sigset_t old_mask_{};
  Fd descriptor_;
  RegistrationPtr watch_;
};

}  // namespace

void block_signals(const std::vector<int>& signals) {
  set_mask(SIG_BLOCK, set_of(signals), nullptr);
}

RegistrationPtr watch_signals(Reactor& reactor, const std::vector<int>& signals,
                              std::function<void(int)> arrived) {
  assert(arrived);
  return std::make_unique<SignalWatch>(reactor, signals, std::move(arrived));
}

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  set_mask(SIG_BLOCK, all, nullptr);
}

void ignore_sigpipe() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  if (::sigaction(SIGPIPE, &action, nullptr) != 0) throw system_error("ignore SIGPIPE", errno);
}

}  // namespace trunkline::os
