// SPDX-License-Identifier: MIT
#include "sip/root.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <ctime>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/locked.h"
#include "sip/monotonic.h"
#include "sip/root_core.h"

// Sofia exports this hook for its own tests and declares it nowhere.
extern "C" {
extern void (*_su_time)(su_time_t* time);
}

namespace trunkline::sip {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

// Sofia counts from 1900 (NTP).
constexpr std::int64_t kNtpEpoch = 2'208'988'800;

Nanoseconds read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

std::atomic<MonotonicSource> monotonic_source{nullptr};
// Wall clock minus monotonic clock, taken once: what Sofia calls time runs on evenly from there.
std::atomic<std::int64_t> wall_offset{0};

void monotonic_su_time(su_time_t* time) noexcept {
  if (time == nullptr) return;
  const MonotonicSource source = monotonic_source.load();
  const Nanoseconds monotonic = source != nullptr ? source() : read_clock(CLOCK_MONOTONIC);
  const std::int64_t now = monotonic.count() + wall_offset.load();
  time->tv_sec = static_cast<unsigned long>(now / 1'000'000'000 + kNtpEpoch);
  time->tv_usec = static_cast<unsigned long>(now % 1'000'000'000 / 1000);
}

void install_clock() {
  [[maybe_unused]] static const bool is_installed = [] {
    wall_offset = (read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC)).count();
    _su_time = monotonic_su_time;
    return true;
  }();
}

}  // namespace

void set_monotonic_source(MonotonicSource source) {
  monotonic_source = source;
}

class Root::Core::Watch final : public os::Registration,
                                public std::enable_shared_from_this<Root::Core::Watch> {
 public:
  Watch(Core& core, std::function<void(os::Ready)> ready) : core_(core), ready_(std::move(ready)) {}
  ~Watch() override { close(); }

  void open(int descriptor, os::Interest interest) {
    int events = SU_WAIT_ERR | SU_WAIT_HUP;
    if (interest != os::Interest::writable) events |= SU_WAIT_IN;
    if (interest != os::Interest::readable) events |= SU_WAIT_OUT;
    su_wait_t wait[1] = {SU_WAIT_INIT};
    if (su_wait_create(wait, descriptor, events) == 0) {
      index_ = su_root_register(core_.root(), wait, on_event, this, su_pri_normal);
    }
    if (index_ <= 0) {
      throw core::Error(core::ExitCode::software, "cannot watch a descriptor in the SIP loop");
    }
  }
  void close() {
    if (index_ > 0) su_root_deregister(core_.root(), index_);
    index_ = 0;
  }

 private:
  static int on_event(su_root_magic_t*, su_wait_t* wait, su_wakeup_arg_t* context) noexcept {
    auto* watch = static_cast<Watch*>(context);
    const auto alive = watch->weak_from_this().lock();
    const short events = wait->revents;
    watch->core_.guarded([&] {
      watch->ready_({.is_readable = (events & SU_WAIT_IN) != 0,
                     .is_writable = (events & SU_WAIT_OUT) != 0,
                     .is_closed = (events & (SU_WAIT_ERR | SU_WAIT_HUP)) != 0});
    });
    return 0;
  }

  Core& core_;
  std::function<void(os::Ready)> ready_;
  int index_ = 0;
};

class Root::Core::Timer final : public std::enable_shared_from_this<Root::Core::Timer> {
 public:
  Timer(Core& core, core::Milliseconds period, bool is_repeated, std::function<void()> fire)
      : core_(core),
        is_repeated_(is_repeated),
        fire_(std::move(fire)),
        // Sofia asserts that a timer has a length.
        timer_(su_timer_create(
            su_root_task(core.root()),
            std::max<su_duration_t>(static_cast<su_duration_t>(period.count()), 1))) {
    if (!timer_) throw core::Error(core::ExitCode::software, "cannot make a timer");
    set();
  }
  void cancel() { timer_.reset(); }

 private:
  void set() { su_timer_set(timer_.get(), on_fire, this); }
  // A single shot of Sofia is not touched after its callback, so the callback may destroy it.
  static void on_fire(su_root_magic_t*, su_timer_t*, su_timer_arg_t* context) noexcept {
    const auto timer = static_cast<Timer*>(context)->weak_from_this().lock();
    if (!timer) return;
    timer->core_.guarded(timer->fire_);
    if (timer->is_repeated_ && timer->timer_) timer->set();
  }

  Core& core_;
  bool is_repeated_;
  std::function<void()> fire_;
  TimerRef timer_;
};

namespace {

/// Ends the shared thing it holds, which a running callback may keep alive a little longer.
template <class Held, void (Held::*End)()>
class Handle final : public os::Registration {
 public:
  explicit Handle(std::shared_ptr<Held> held) : held_(std::move(held)) {}
  ~Handle() override { (held_.get()->*End)(); }

 private:
  std::shared_ptr<Held> held_;
};

}  // namespace

Root::Core::Core() : owner_(std::this_thread::get_id()) {
  install_clock();
  [[maybe_unused]] static const bool is_ready = (su_init(), true);
  su_log_set_level(nullptr, 0);
  root_.reset(su_root_create(nullptr));
  if (!root_) throw core::Error(core::ExitCode::software, "cannot start the SIP stack's loop");
  su_root_threading(root_.get(), 0);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_ < 0) {
    throw core::Error(core::ExitCode::unavailable, "cannot make an eventfd for the SIP loop");
  }
  waker_ = watch(wake_, os::Interest::readable, [this](os::Ready) { run_posted(); });
}

Root::Core::~Core() {
  waker_.reset();
  if (wake_ >= 0) ::close(wake_);
}

void Root::Core::guarded(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
    su_root_break(root_.get());
  }
}

os::RegistrationPtr Root::Core::watch(int descriptor, os::Interest interest,
                                      std::function<void(os::Ready)> ready) {
  auto watch = std::make_shared<Watch>(*this, std::move(ready));
  watch->open(descriptor, interest);
  return std::make_unique<Handle<Watch, &Watch::close>>(std::move(watch));
}

os::RegistrationPtr Root::Core::timer(core::Milliseconds delay, bool is_repeated,
                                      std::function<void()> fire) {
  auto timer = std::make_shared<Timer>(*this, delay, is_repeated, std::move(fire));
  return std::make_unique<Handle<Timer, &Timer::cancel>>(std::move(timer));
}

void Root::Core::post(std::function<void()> work) {
  const bool was_empty = posted_.with([&](auto& queue) {
    queue.push_back(std::move(work));
    return queue.size() == 1;
  });
  if (!was_empty) return;
  const std::uint64_t one = 1;
  // It can only fail where the counter is full, and then the loop wakes anyway.
  (void)!::write(wake_, &one, sizeof one);
}

void Root::Core::run_posted() {
  std::uint64_t count = 0;
  (void)!::read(wake_, &count, sizeof count);
  std::vector<std::function<void()>> queue;
  posted_.with([&](auto& posted) { queue.swap(posted); });
  for (const auto& work : queue) guarded(work);
}

void Root::Core::run() {
  su_root_run(root_.get());
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Root::Core::gather(core::Microseconds time) {
  gathering_.reset();
  if (time.count() > 0) gathering_.emplace(root_.get(), wake_, time);
}

void Root::Core::assert_thread() const {
  assert(std::this_thread::get_id() == owner_);
}

Root::Root() : core_(std::make_unique<Core>()) {}
Root::~Root() = default;

os::RegistrationPtr Root::watch(int descriptor, os::Interest interest,
                                std::function<void(os::Ready)> ready) {
  assert_thread();
  return core_->watch(descriptor, interest, std::move(ready));
}
os::RegistrationPtr Root::after(core::Milliseconds delay, std::function<void()> fire) {
  assert_thread();
  return core_->timer(delay, false, std::move(fire));
}
os::RegistrationPtr Root::every(core::Milliseconds period, std::function<void()> fire) {
  assert_thread();
  return core_->timer(period, true, std::move(fire));
}
void Root::post(std::function<void()> work) {
  core_->post(std::move(work));
}
void Root::run() {
  assert_thread();
  core_->run();
}
void Root::stop() {
  core_->post([core = core_.get()] { su_root_break(core->root()); });
}
void Root::gather(core::Microseconds time) {
  assert_thread();
  core_->gather(time);
}
void Root::assert_thread() const {
  core_->assert_thread();
}

}  // namespace trunkline::sip
