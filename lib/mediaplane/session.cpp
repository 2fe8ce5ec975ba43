// SPDX-License-Identifier: MIT
#include "mediaplane/session.h"

#include <algorithm>
#include <utility>

namespace trunkline::mediaplane {
namespace {

constexpr core::Seconds kCallSavedEvery{2};
constexpr core::Milliseconds kLookEvery{500};
constexpr core::Milliseconds kLeastGrace{30'000};

}  // namespace

Session::Session(std::string key, SessionObserver& observer)
    : key_(std::move(key)), observer_(observer) {}

void Session::add_line(os::Reactor& reactor, std::unique_ptr<Line> line) {
  line->open(reactor);
  lines_.push_back(std::move(line));
}

void Session::add_ports(os::Reactor& reactor, std::size_t line, Leg leg, rtp::PortPair ports) {
  if (line < lines_.size()) lines_[line]->add_ports(reactor, leg, std::move(ports));
}

void Session::plan(std::size_t line, Leg leg, const LegPlan& plan) {
  if (line >= lines_.size()) return;
  lines_[line]->plan(leg, plan);
  next_look_ = {};  // who is expected may have changed
  if (!tape_ || line != tape_line_) return;
  (void)flush_tape(std::chrono::steady_clock::now());  // what came before has the old numbers
  observer_.change_codecs(tape_->id, leg, plan.codecs);
}

void Session::answered(core::SteadyTime now) {
  if (answered_at_) return;
  answered_at_ = now;
  next_save_ = now + kCallSavedEvery;
}

void Session::start_tape(std::unique_ptr<Tape> tape, std::size_t line) {
  if (line >= lines_.size()) return;
  tape_ = std::move(tape);
  tape_line_ = line;
  lines_[line]->hear_by(tape_.get());
}

std::optional<core::RecordingId> Session::flush_tape(core::SteadyTime now) {
  if (!tape_) return std::nullopt;
  tape_->spool.flush(now);
  return tape_->id;
}

std::optional<core::RecordingId> Session::finish_tape(core::SteadyTime now) {
  const auto recording = flush_tape(now);
  if (recording) drop_tape(*recording);
  return recording;
}

void Session::drop_tape(core::RecordingId recording) {
  if (!tape_ || tape_->id != recording) return;
  lines_[tape_line_]->hear_by(nullptr);
  tape_.reset();
}

SessionCounters Session::counters(core::SteadyTime now) const {
  SessionCounters counters;
  for (const auto& line : lines_) counters.push_back(line->counters(now));
  return counters;
}

core::SteadyTime Session::tick(core::SteadyTime now, core::Milliseconds timeout) {
  if (!answered_at_) return kNever;
  if (now >= next_save_) {
    next_save_ = now + kCallSavedEvery;
    observer_.save_account(key_, counters(now));
  }
  if (now >= next_look_ || timeout != looked_for_) {
    next_look_ = watch_silence(now, timeout);
    looked_for_ = timeout;
  }
  return std::min(next_save_, next_look_);
}

/// When to look again: while somebody is heard not before all of them can have been silent for the
/// time-out, else every half second.
core::SteadyTime Session::watch_silence(core::SteadyTime now, core::Milliseconds timeout) {
  bool is_anybody_expected = false;
  core::SteadyTime silent_from{};  // when the last of them will have been silent for too long
  SilentLegs silent{};
  for (const Leg leg : {Leg::caller, Leg::called}) {
    std::optional<core::SteadyTime>& since = expected_since_[index_of(leg)];
    const bool is_expected = std::any_of(
        lines_.begin(), lines_.end(), [leg](const auto& line) { return line->is_expected(leg); });
    // A party that resumes after a hold has the whole time-out to begin.
    if (!is_expected) {
      since.reset();
      continue;
    }
    if (!since) since = now;
    core::SteadyTime last = *since;
    for (const auto& line : lines_) last = std::max(last, line->last_heard(leg).value_or(last));
    is_anybody_expected = true;
    silent[index_of(leg)] = now - last >= timeout;
    silent_from = std::max(silent_from, last + timeout);
  }
  if (!is_anybody_expected || now < silent_from) {
    silent_since_.reset();
    return is_anybody_expected ? silent_from : kNever;
  }
  if (!silent_since_) {
    silent_since_ = now;
    observer_.media_is_silent(key_, silent);
  } else if (now - *silent_since_ >= std::max(timeout, kLeastGrace) && !is_abandoned_) {
    is_abandoned_ = true;
    observer_.session_is_abandoned(key_);
  }
  return now + kLookEvery;
}

}  // namespace trunkline::mediaplane
