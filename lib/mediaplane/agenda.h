// SPDX-License-Identifier: MIT
#pragma once

// The sessions of an I/O thread, and when time brings something to each of them: what it costs goes
// with what is due, not with how many calls there are. Used on that thread alone; knows no clock.

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "core/time.h"
#include "mediaplane/session.h"
#include "os/timer_heap.h"

namespace trunkline::mediaplane {

class Agenda {
 public:
  Agenda() = default;
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;
  ~Agenda();

  void add(std::shared_ptr<Session> session);
  void remove(const Session& session);
  /// Something changed that its own time knows nothing of: it is looked at in the next run().
  void look_at(const Session& session);
  void look_at_all();
  /// Does what is due. Returns at how many sessions it looked.
  std::size_t run(core::SteadyTime now, core::Milliseconds timeout);
  void clear() noexcept;

 private:
  struct Item : os::HeapTimer {
    std::shared_ptr<Session> session;  ///< shared with main's call
  };
  void schedule(Item& item, core::SteadyTime due);

  std::unordered_map<const Session*, Item> items_;
  os::TimerHeap due_;
};

}  // namespace trunkline::mediaplane
