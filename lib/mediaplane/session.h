// SPDX-License-Identifier: MIT
#pragma once

// One call on its I/O thread: its media lines, its tape, and what time brings (accounts to be
// saved, a silence that is too long). Made by the main thread, then used on the I/O
// thread alone; shared by main's call, which posts to it, and the I/O thread.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "mediaplane/counters.h"
#include "mediaplane/leg_plan.h"
#include "mediaplane/line.h"
#include "mediaplane/tape.h"
#include "os/reactor.h"

namespace trunkline::mediaplane {

/// Which legs were silent for too long.
using SilentLegs = std::array<bool, kLegs>;

/// Who hears of a session. Called on its I/O thread: must neither block nor throw.
class SessionObserver : public TapeSink {
 public:
  /// Every few seconds of an answered call, so that a crash costs at most these.
  virtual void save_account(const std::string& key, const SessionCounters& counters) = 0;
  /// Nobody who should send has sent for the time-out; once, until something comes again.
  virtual void media_is_silent(const std::string& key, const SilentLegs& legs) = 0;
  /// And for as long again nobody ended the call: who commanded it must be gone.
  virtual void session_is_abandoned(const std::string& key) = 0;
};

class Session {
 public:
  Session(std::string key, SessionObserver& observer);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The I/O thread's.
  void add_line(os::Reactor& reactor, std::unique_ptr<Line> line);
  /// Sockets of another family towards that party of a line.
  void add_ports(os::Reactor& reactor, std::size_t line, Leg leg, rtp::PortPair ports);
  void plan(std::size_t line, Leg leg, const LegPlan& plan);
  /// From now on silence is counted.
  void answered(core::SteadyTime now);
  /// Hears that line.
  void start_tape(std::unique_ptr<Tape> tape, std::size_t line);
  bool has_tape() const noexcept { return tape_ != nullptr; }
  /// Hands over what the tape heard until now and lets it go; nothing where none runs.
  std::optional<core::RecordingId> finish_tape(core::SteadyTime now);
  /// Hands over what the tape heard until now; which one it is, nothing where none runs.
  std::optional<core::RecordingId> flush_tape(core::SteadyTime now);
  /// Lets the tape go without its rest: its file cannot be written.
  void drop_tape(core::RecordingId recording);
  SessionCounters counters(core::SteadyTime now) const;

  /// Does what is due. Returns when to call it next; kNever: not before answered() or plan() was.
  core::SteadyTime tick(core::SteadyTime now, core::Milliseconds timeout);
  static constexpr core::SteadyTime kNever = core::SteadyTime::max();

 private:
  core::SteadyTime watch_silence(core::SteadyTime now, core::Milliseconds timeout);

  std::string key_;
  SessionObserver& observer_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::unique_ptr<Tape> tape_;
  std::size_t tape_line_ = 0;
  std::optional<core::SteadyTime> answered_at_;
  core::SteadyTime next_save_{};
  core::SteadyTime next_look_{};      ///< at silence
  core::Milliseconds looked_for_{0};  ///< the time-out that next_look_ goes by
  std::array<std::optional<core::SteadyTime>, kLegs> expected_since_;
  std::optional<core::SteadyTime> silent_since_;
  bool is_abandoned_ = false;
};

}  // namespace trunkline::mediaplane
