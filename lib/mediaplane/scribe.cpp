// SPDX-License-Identifier: MIT
#include "mediaplane/scribe.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/log.h"
#include "os/system_fault.h"

namespace trunkline::mediaplane {
namespace {

constexpr core::Milliseconds kStatesSavedEvery{200};
constexpr core::Milliseconds kSyncEvery{1000};
/// What may wait for a disk that stalls: 30 s of a thousand calls.
constexpr std::size_t kMostBytesWaiting = std::size_t{512} * 1024 * 1024;

/// Why a recording failed, with what mends it: it is all its reader gets to see.
std::string reason_of(const core::Fault& fault) {
  return fault.hint.empty() ? fault.message : fault.message + " (hint: " + fault.hint + ")";
}

}  // namespace

Scribe::Open::Open(RecordingFacts about, sealed::Writer file, const TapeFacts& tape)
    : facts(std::move(about)),
      writer(std::move(file)),
      began(tape.began),
      spool(tape.spool),
      recorder(tape.format, seal_delay_of(facts.recording)) {
  for (const Leg leg : {Leg::caller, Leg::called}) {
    recorder.set_codecs(leg, tape.codecs[index_of(leg)]);
  }
}

Scribe::Scribe(const Parts& parts) : parts_(parts), thread_("writer") {
  thread_.run([this] {
    save_timer_ = thread_.reactor().every(kStatesSavedEvery, [this] { save_states(); });
    sync_timer_ = thread_.reactor().every(kSyncEvery, [this] { sync_files(); });
  });
}

Scribe::~Scribe() {
  thread_.post([this] {
    save_states();
    sync_files();
    save_timer_.reset();
    sync_timer_.reset();
    due_.clear();
    open_.clear();
  });
  thread_.join();
}

void Scribe::flush() {
  thread_.run([this] { save_states(); });
}

void Scribe::begin_call(CallFacts facts) {
  thread_.post([this, facts = std::move(facts)]() mutable {
    unsaved_calls_.insert(facts.key);
    LiveCall& call = calls_[facts.key];
    call.facts = std::move(facts);
    calls_open_ = calls_.size();
  });
}

void Scribe::save_account(std::string key, SessionCounters counters) {
  thread_.post([this, key = std::move(key), counters = std::move(counters)]() mutable {
    const auto call = calls_.find(key);
    if (call == calls_.end()) return;
    call->second.counters = std::move(counters);
    unsaved_calls_.insert(key);
  });
}

void Scribe::end_call(std::string key, SessionCounters counters, MediaEnd end, core::Time at) {
  thread_.post([this, key = std::move(key), counters = std::move(counters), end, at] {
    const auto call = calls_.find(key);
    if (call == calls_.end()) return;
    const CallFacts& facts = call->second.facts;
    core::Json body = media_body(facts, counters, end, at);
    parts_.journal.append({.kind = "media.ended",
                           .tenant = facts.tenant,
                           .call = facts.call,
                           .body = core::to_line(body),
                           .at = at},
                          {{std::string(kMediaState), key, std::nullopt}});
    calls_.erase(call);
    calls_open_ = calls_.size();
    unsaved_calls_.erase(key);
    parts_.listener.media_ended(std::move(body));
  });
}

void Scribe::begin_recording(RecordingFacts facts, TapeFacts tape) {
  thread_.post([this, facts = std::move(facts), tape = std::move(tape)]() mutable {
    open_file(std::move(facts), tape);
  });
}

void Scribe::refuse_recording(RecordingFacts facts, std::string reason) {
  thread_.post([this, facts = std::move(facts), reason = std::move(reason)] {
    journal_recording(
        facts,
        {.status = RecordingStatus::unsupported, .reason = reason, .ended_at = facts.started_at},
        {});
  });
}

void Scribe::take_packets(SpoolBlock block) {
  const std::size_t bytes = block.memory();
  if (bytes_waiting_.fetch_add(bytes) > kMostBytesWaiting) {
    bytes_waiting_ -= bytes;
    std::set<core::RecordingId> cut;
    std::size_t offset = 0;
    while (const auto packet = block.next(offset)) cut.insert(packet->recording);
    thread_.post([this, cut = std::move(cut)] {
      for (const core::RecordingId id : cut) fail(id, "the disk is too slow for the recordings");
    });
    return;
  }
  // std::function wants to be copyable; the block itself never is copied.
  thread_.post([this, bytes, block = std::make_shared<const SpoolBlock>(std::move(block))] {
    place(*block);
    bytes_waiting_ -= bytes;
  });
}

void Scribe::change_codecs(core::RecordingId recording, Leg leg,
                           std::vector<recording::PayloadCodec> codecs) {
  thread_.post([this, recording, leg, codecs = std::move(codecs)] {
    const auto found = open_.find(recording);
    if (found != open_.end()) found->second.recorder.set_codecs(leg, codecs);
  });
}

void Scribe::pause_recording(core::RecordingId recording, core::SteadyTime at, bool is_paused) {
  thread_.post([this, recording, at, is_paused] {
    const auto found = open_.find(recording);
    if (found == open_.end()) return;
    recording::Recorder& recorder = found->second.recorder;
    if (is_paused) {
      recorder.pause(found->second.elapsed(at));
    } else {
      recorder.resume(found->second.elapsed(at));
    }
  });
}

void Scribe::end_recording(core::RecordingId recording, core::SteadyTime now, core::Time at) {
  thread_.post([this, recording, now, at] { finish_file(recording, now, at); });
}

void Scribe::open_file(RecordingFacts facts, const TapeFacts& tape) {
  const core::RecordingId id = facts.recording;
  auto writer = sealed::Writer::create(
      parts_.recordings, {.recording = id, .format = facts.format, .started_at = facts.started_at},
      parts_.keys);
  if (!writer) {
    journal_recording(facts,
                      {.status = RecordingStatus::failed,
                       .reason = reason_of(writer.error()),
                       .ended_at = parts_.clock.wall()},
                      {});
    return;
  }
  facts.path = writer->relative_path().string();
  facts.key_id = writer->key_id().value();
  Open& open = open_.try_emplace(id, std::move(facts), std::move(*writer), tape).first->second;
  schedule(open);
  files_open_ = open_.size();
  has_unsynced_ = true;
  journal_recording(open.facts, {.bytes = open.writer.bytes().value()}, {});
}

void Scribe::place(const SpoolBlock& block) {
  std::size_t offset = 0;
  while (const auto spooled = block.next(offset)) {
    const auto found = open_.find(spooled->recording);
    if (found == open_.end() || !seal(found->second, spooled->at)) continue;
    const auto packet = rtp::Packet::parse(spooled->bytes);
    Open& open = found->second;
    if (packet) open.recorder.hear(spooled->leg, *packet, open.elapsed(spooled->at));
  }
  if (!block.complete_until()) return;
  // Silence seals, too.
  os::TimerHeap& due = due_[block.spool()];
  const std::uint64_t before = due.additions();
  while (os::HeapTimer* const open = due.take_due(*block.complete_until(), before)) {
    (void)seal(static_cast<Open&>(*open), *block.complete_until());  // a failure takes it out
  }
}

void Scribe::schedule(Open& open) {
  os::TimerHeap& due = due_[open.spool];
  due.remove(open);
  due.add(open, open.began + open.recorder.due_at());
}

Scribe::Open Scribe::take(std::unordered_map<core::RecordingId, Open>::iterator place) {
  due_[place->second.spool].remove(place->second);
  Open open = std::move(place->second);
  unsaved_recordings_.erase(place->first);
  open_.erase(place);
  return open;
}

bool Scribe::seal(Open& open, core::SteadyTime now) {
  const recording::Elapsed at = open.elapsed(now);
  if (!open.recorder.is_due(at)) return true;
  while (auto segment = open.recorder.take_sealed(at)) {
    if (!write_segment(open, *segment)) return false;
  }
  schedule(open);
  return true;
}

bool Scribe::write_segment(Open& open, const recording::Segment& segment) {
  if (const auto written = open.writer.append(segment.samples); !written) {
    fail(open.facts.recording, reason_of(written.error()));
    return false;
  }
  open.bytes_plain += segment.samples.size();
  has_unsynced_ = true;
  unsaved_recordings_.insert(open.facts.recording);
  return true;
}

void Scribe::fail(core::RecordingId recording, const std::string& reason) {
  const auto found = open_.find(recording);
  if (found == open_.end()) return;
  const Open open = take(found);
  journal_recording(open.facts,
                    {.status = RecordingStatus::failed,
                     .reason = reason,
                     .ended_at = parts_.clock.wall(),
                     .duration = duration_of(open),
                     .bytes = open.writer.bytes().value()},
                    open.recorder.account());
  files_open_ = open_.size();
}

void Scribe::finish_file(core::RecordingId recording, core::SteadyTime now, core::Time at) {
  const auto found = open_.find(recording);
  if (found == open_.end()) return;
  Open& open = found->second;
  const std::vector<recording::Segment> rest = open.recorder.finish(open.elapsed(now));
  for (const recording::Segment& segment : rest) {
    if (!segment.is_last && !write_segment(open, segment)) return;
  }
  const core::Bytes& last = rest.back().samples;
  if (const auto written = open.writer.finalise(last); !written) {
    fail(recording, reason_of(written.error()));
    return;
  }
  open.bytes_plain += last.size();
  has_unsynced_ = true;
  RecordingEnd end{.status = RecordingStatus::complete,
                   .ended_at = at,
                   .duration = duration_of(open),
                   .bytes = open.writer.bytes().value()};
  const recording::Account account = open.recorder.account();
  if (account.packets_unheard[0] + account.packets_unheard[1] > 0) {
    end.reason = "a part of the call could not be decoded";
  }
  journal_recording(open.facts, end, account);
  (void)take(found);
  files_open_ = open_.size();
}

core::Milliseconds Scribe::duration_of(const Open& open) const {
  return core::Milliseconds(
      static_cast<std::int64_t>(open.bytes_plain * 1000 / open.facts.format.bytes_per_second()));
}

void Scribe::journal_recording(const RecordingFacts& facts, const RecordingEnd& end,
                               const recording::Account& account) {
  core::Json body = recording_body(facts, end, account);
  const std::string text = core::to_line(body);
  parts_.journal.append({.kind = std::string(kind_of(end.status)),
                         .tenant = facts.tenant,
                         .call = facts.call,
                         .body = text,
                         .at = end.ended_at.value_or(facts.started_at)},
                        {{std::string(kRecordingState), facts.recording.text(), text}});
  parts_.listener.recording_changed(facts.recording, end.status, std::move(body));
}

void Scribe::save_states() {
  std::vector<journal::StateChange> changes;
  for (const core::RecordingId id : unsaved_recordings_) {
    const Open& open = open_.at(id);
    changes.push_back(
        {std::string(kRecordingState), id.text(),
         core::to_line(recording_body(open.facts, {.bytes = open.writer.bytes().value()},
                                      open.recorder.account()))});
  }
  const core::Time now = parts_.clock.wall();
  for (const std::string& key : unsaved_calls_) {
    const LiveCall& call = calls_.at(key);
    changes.push_back(
        {std::string(kMediaState), key,
         core::to_line(media_body(call.facts, call.counters, MediaEnd::stopped, now))});
  }
  unsaved_recordings_.clear();
  unsaved_calls_.clear();
  if (!changes.empty()) parts_.journal.change_state(std::move(changes));
}

void Scribe::sync_files() {
  if (!has_unsynced_ || open_.empty()) return;
  has_unsynced_ = false;
  // All files lie on one file system, so any open one stands for it.
  if (::syncfs(open_.begin()->second.writer.descriptor()) != 0) {
    core::log_error("cannot sync the recordings", {{"error", os::text_of_errno(errno)}});
  }
}

}  // namespace trunkline::mediaplane
