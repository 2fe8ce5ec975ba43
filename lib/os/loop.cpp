// SPDX-License-Identifier: MIT
#include "os/loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

#include "core/locked.h"
#include "os/fd.h"
#include "os/system_fault.h"
#include "os/timer_heap.h"

namespace trunkline::os {
namespace {

constexpr std::size_t kEventsPerTurn = 256;
using Events = std::array<epoll_event, kEventsPerTurn>;
/// Below the largest wait that fits epoll's int; a loop without timers just waits again.
constexpr core::Milliseconds kLongestWait{std::chrono::hours{1}};

std::uint32_t mask_of(Interest interest) {
  switch (interest) {
    case Interest::readable:
      return EPOLLIN;
    case Interest::writable:
      return EPOLLOUT;
    case Interest::both:
      return EPOLLIN | EPOLLOUT;
  }
  return 0;
}

struct Watch {
  int descriptor = -1;
  bool is_live = true;
  std::function<void(Ready)> ready;
};

struct Timer : HeapTimer {
  bool is_live = true;
  core::Milliseconds period{0};  ///< zero: once
  std::function<void()> fire;
};

}  // namespace

struct Loop::State {
  State();

  void retire(std::unique_ptr<Watch> watch) noexcept;
  void retire(std::unique_ptr<Timer> timer) noexcept;
  void bury() noexcept;
  void signal() noexcept;
  void turn(std::optional<core::Milliseconds> wait);
  int milliseconds_to_wait(std::optional<core::Milliseconds> wait) const;
  void gather_events();
  int take_events(Events& events, int wait_ms) const;
  int wait_for_events(Events& events, std::optional<core::Milliseconds> wait);
  void dispatch(const epoll_event& event);
  void fire_timers();
  void run_posted();
  bool is_ours() const noexcept {
    return runner == std::thread::id{} || runner == std::this_thread::get_id();
  }

  Fd epoll;
  Fd wakeup;
  TimerHeap timers;
  core::Locked<std::vector<std::function<void()>>> posted;
  std::atomic<bool> is_stopping = false;
  std::atomic<std::thread::id> runner{};
  int depth = 0;  ///< callbacks on the stack

  core::Microseconds gather{0};
  core::SteadyTime woke_at{};
  bool is_busy = false;  ///< the last two wakings came within two gather times

  // What was destroyed while callbacks run: one of them may be among it.
  std::vector<std::unique_ptr<Watch>> dead_watches;
  std::vector<std::unique_ptr<Timer>> dead_timers;
};

namespace {

class WatchRegistration final : public Registration {
 public:
  WatchRegistration(std::shared_ptr<Loop::State> state, std::unique_ptr<Watch> watch)
      : state_(std::move(state)), watch_(std::move(watch)) {}
  ~WatchRegistration() override { state_->retire(std::move(watch_)); }
  WatchRegistration(const WatchRegistration&) = delete;
  WatchRegistration& operator=(const WatchRegistration&) = delete;

 private:
  std::shared_ptr<Loop::State> state_;
  std::unique_ptr<Watch> watch_;
};

class TimerRegistration final : public Registration {
 public:
  TimerRegistration(std::shared_ptr<Loop::State> state, std::unique_ptr<Timer> timer)
      : state_(std::move(state)), timer_(std::move(timer)) {}
  ~TimerRegistration() override { state_->retire(std::move(timer_)); }
  TimerRegistration(const TimerRegistration&) = delete;
  TimerRegistration& operator=(const TimerRegistration&) = delete;

 private:
  std::shared_ptr<Loop::State> state_;
  std::unique_ptr<Timer> timer_;
};

/// Counts callbacks on the stack and clears the dead away when the last one has returned.
class Depth {
 public:
  explicit Depth(Loop::State& state) : state_(state) { ++state_.depth; }
  ~Depth() {
    if (--state_.depth == 0) state_.bury();
  }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Loop::State& state_;
};

}  // namespace

Loop::State::State()
    : epoll(::epoll_create1(EPOLL_CLOEXEC)), wakeup(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll || !wakeup) throw system_error("make an event loop", errno);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // no Watch: this is the wakeup
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wakeup.get(), &event) != 0)
    throw system_error("make an event loop", errno);
}

void Loop::State::retire(std::unique_ptr<Watch> watch) noexcept {
  assert(is_ours());
  watch->is_live = false;
  (void)::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, watch->descriptor, nullptr);
  if (depth > 0) dead_watches.push_back(std::move(watch));
}

void Loop::State::retire(std::unique_ptr<Timer> timer) noexcept {
  assert(is_ours());
  timer->is_live = false;
  timers.remove(*timer);
  if (depth > 0) dead_timers.push_back(std::move(timer));
}

void Loop::State::bury() noexcept {
  // What a dead callback had captured may own further registrations.
  while (!dead_watches.empty() || !dead_timers.empty()) {
    const auto watches = std::exchange(dead_watches, {});
    const auto fired = std::exchange(dead_timers, {});
  }
}

void Loop::State::signal() noexcept {
  const std::uint64_t one = 1;
  // Only a full counter fails, and then the loop is awake anyway.
  (void)!::write(wakeup.get(), &one, sizeof one);
}

int Loop::State::milliseconds_to_wait(std::optional<core::Milliseconds> wait) const {
  core::Milliseconds longest = wait.value_or(kLongestWait);
  if (is_stopping) longest = core::Milliseconds{0};
  if (const auto due = timers.next_due()) {
    // Rounded up: waking too early would spin until the time has come.
    const auto left =
        std::chrono::ceil<core::Milliseconds>(*due - std::chrono::steady_clock::now());
    longest = std::clamp(left, core::Milliseconds{0}, longest);
  }
  return static_cast<int>(longest.count());
}

/// Lets events pile up until `gather` after the last waking; a post ends it.
void Loop::State::gather_events() {
  const auto left = woke_at + gather - std::chrono::steady_clock::now();
  if (left.count() <= 0) return;
  const timespec time{0, std::chrono::nanoseconds(left).count()};
  pollfd posts{wakeup.get(), POLLIN, 0};
  (void)::ppoll(&posts, 1, &time, nullptr);  // however it ends, epoll_wait comes next
}

int Loop::State::take_events(Events& events, int wait_ms) const {
  const int count =
      ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), wait_ms);
  if (count < 0 && errno != EINTR) throw system_error("wait for events", errno);
  return std::max(count, 0);
}

int Loop::State::wait_for_events(Events& events, std::optional<core::Milliseconds> wait) {
  if (is_busy) {
    // First what is left: a descriptor that queues several is served once a turn.
    if (const int left = take_events(events, 0); left > 0) return left;
    gather_events();
  }
  const int count = take_events(events, milliseconds_to_wait(wait));
  if (gather.count() > 0) {
    const core::SteadyTime now = std::chrono::steady_clock::now();
    is_busy = now - woke_at < 2 * gather;
    woke_at = now;
  }
  return count;
}

void Loop::State::turn(std::optional<core::Milliseconds> wait) {
  Events events;
  const int count = wait_for_events(events, wait);
  {
    // One depth for the whole batch: a later event may point to what an earlier one destroyed.
    const Depth depth_of_batch(*this);
    for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)]);
  }
  fire_timers();
  run_posted();
}

void Loop::State::dispatch(const epoll_event& event) {
  auto* const watch = static_cast<Watch*>(event.data.ptr);
  if (watch == nullptr) {
    std::uint64_t count = 0;
    (void)!::read(wakeup.get(), &count, sizeof count);
    return;
  }
  if (!watch->is_live) return;
  watch->ready({.is_readable = (event.events & (EPOLLIN | EPOLLPRI)) != 0,
                .is_writable = (event.events & EPOLLOUT) != 0,
                .is_closed = (event.events & (EPOLLHUP | EPOLLERR)) != 0});
}

void Loop::State::fire_timers() {
  const core::SteadyTime now = std::chrono::steady_clock::now();
  const std::uint64_t before = timers.additions();
  while (HeapTimer* const due = timers.take_due(now, before)) {
    auto& timer = static_cast<Timer&>(*due);
    if (timer.period.count() > 0) {
      const core::SteadyTime next = timer.due() + timer.period;
      timers.add(timer, next > now ? next : now + timer.period);
    }
    const Depth depth_of_callback(*this);
    timer.fire();
  }
}

void Loop::State::run_posted() {
  auto batch = posted.with([](auto& waiting) { return std::exchange(waiting, {}); });
  std::size_t done = 0;
  try {
    const Depth depth_of_batch(*this);
    while (done < batch.size()) {
      // What a work owns goes with its turn, not with the batch: the next may count on it.
      const auto work = std::move(batch[done++]);
      work();
    }
  } catch (...) {
    // The rest keeps its place before what was posted meanwhile.
    posted.with([&](auto& waiting) {
      waiting.insert(waiting.begin(),
                     std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(done)),
                     std::make_move_iterator(batch.end()));
    });
    signal();
    throw;
  }
}

Loop::Loop() : state_(std::make_shared<State>()) {}

Loop::~Loop() {
  // Work that never ran may own registrations, and those own the state: break the circle.
  const auto unrun = state_->posted.with([](auto& waiting) { return std::exchange(waiting, {}); });
}

RegistrationPtr Loop::watch(int descriptor, Interest interest, std::function<void(Ready)> ready) {
  assert(state_->is_ours());
  assert(ready);
  auto watch = std::make_unique<Watch>(Watch{descriptor, true, std::move(ready)});
  epoll_event event{};
  event.events = mask_of(interest);
  event.data.ptr = watch.get();
  if (::epoll_ctl(state_->epoll.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    assert(errno != EEXIST);
    throw system_error("watch a descriptor", errno);
  }
  return std::make_unique<WatchRegistration>(state_, std::move(watch));
}

RegistrationPtr Loop::after(core::Milliseconds delay, std::function<void()> fire) {
  assert(state_->is_ours());
  assert(fire);
  auto timer = std::make_unique<Timer>();
  timer->fire = std::move(fire);
  state_->timers.add(*timer, std::chrono::steady_clock::now() + delay);
  return std::make_unique<TimerRegistration>(state_, std::move(timer));
}

RegistrationPtr Loop::every(core::Milliseconds period, std::function<void()> fire) {
  assert(state_->is_ours());
  assert(fire && period.count() > 0);
  auto timer = std::make_unique<Timer>();
  timer->fire = std::move(fire);
  timer->period = period;
  state_->timers.add(*timer, std::chrono::steady_clock::now() + period);
  return std::make_unique<TimerRegistration>(state_, std::move(timer));
}

void Loop::post(std::function<void()> work) {
  assert(work);
  const bool is_first = state_->posted.with([&](auto& waiting) {
    waiting.push_back(std::move(work));
    return waiting.size() == 1;
  });
  if (is_first) state_->signal();
}

void Loop::run() {
  struct Running {
    explicit Running(State& state) : state_(state) {
      assert(state_.runner.load() == std::thread::id{});
      state_.runner = std::this_thread::get_id();
    }
    ~Running() {
      state_.is_stopping = false;
      state_.runner = std::thread::id{};
    }
    State& state_;
  };
  // A callback may destroy the Loop's owner; the state must stay until the turn is over.
  const std::shared_ptr<State> state = state_;
  const Running running(*state);
  while (!state->is_stopping) state->turn(std::nullopt);
  // What was posted before stop() still has its turn.
  state->run_posted();
}

void Loop::stop() {
  state_->is_stopping = true;
  state_->signal();
}

void Loop::gather(core::Microseconds time) {
  assert(time.count() >= 0 && time < core::Seconds{1});
  state_->gather = time;
}

void Loop::run_once(core::Milliseconds wait) {
  state_->turn(wait);
}

}  // namespace trunkline::os
