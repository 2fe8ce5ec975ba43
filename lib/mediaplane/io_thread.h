// SPDX-License-Identifier: MIT
#pragma once

// One thread that relays: the sessions that live on it, and the tick that moves their time on.

#include <memory>
#include <string>

#include "core/time.h"
#include "mediaplane/agenda.h"
#include "mediaplane/loop_thread.h"
#include "mediaplane/session.h"

namespace trunkline::mediaplane {

class IoThread {
 public:
  /// `number` counts the I/O threads from 0; `sink` takes what is recorded.
  IoThread(unsigned number, core::Milliseconds timeout, TapeSink& sink);
  ~IoThread();

  /// Any thread.
  void post(std::function<void()> work) { thread_.post(std::move(work)); }
  void set_timeout(core::Milliseconds timeout);

  // The main thread's: how many calls it gave to this thread and did not close yet.
  std::size_t load() const noexcept { return load_; }
  void take_call() noexcept { ++load_; }
  void release_call() noexcept { --load_; }

  // On the thread itself.
  os::Reactor& reactor() noexcept { return thread_.reactor(); }
  Spool& spool() noexcept { return spool_; }
  void add(std::shared_ptr<Session> session) { agenda_.add(std::move(session)); }
  void remove(const Session& session) { agenda_.remove(session); }
  /// A session that was answered or planned anew.
  void look_at(const Session& session) { agenda_.look_at(session); }

 private:
  void tick();

  core::Milliseconds timeout_;
  std::size_t load_ = 0;
  Agenda agenda_;
  Spool spool_;
  os::RegistrationPtr timer_;
  LoopThread thread_;
};

}  // namespace trunkline::mediaplane
