// SPDX-License-Identifier: MIT
#pragma once

// The writer thread: it decodes and places what calls say, seals segments and appends them to their
// files, makes all of it durable
// once a second (syncfs), and journals what became of calls' media and of recordings. What the I/O
// and main threads tell it is done in the order told, so that an account never comes after its end.
//
// A recording that cannot be begun or written fails alone: the call goes on, the entry says why,
// and the listener is told.
//
// State in the journal: "recording", one row a recording, its last recording.v1; kept after the end
// for local lookup. "media", one row a live call, its media.v1 so far. Both are saved within half a
// second of what they tell.

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "core/time.h"
#include "journal/journal.h"
#include "keystore/key_store.h"
#include "mediaplane/facts.h"
#include "mediaplane/loop_thread.h"
#include "mediaplane/session.h"
#include "os/timer_heap.h"
#include "sealed/writer.h"

namespace trunkline::mediaplane {

inline constexpr std::string_view kRecordingState = "recording";
inline constexpr std::string_view kMediaState = "media";

/// Hears what the scribe wrote, on the scribe's thread: must not block.
class ScribeListener {
 public:
  virtual ~ScribeListener() = default;
  /// A recording began, ended or failed: its recording.v1.
  virtual void recording_changed(core::RecordingId recording, RecordingStatus status,
                                 core::Json body) = 0;
  virtual void media_ended(core::Json body) = 0;
};

class Scribe {
 public:
  struct Parts {
    std::filesystem::path recordings;  ///< recording.path
    journal::Journal& journal;
    keystore::KeyStore& keys;
    const core::Clock& clock;
    ScribeListener& listener;
  };
  explicit Scribe(const Parts& parts);
  /// Saves what there is and ends the thread; files that are open stay unfinalised.
  ~Scribe();

  // Any thread.
  void begin_call(CallFacts facts);
  void save_account(std::string key, SessionCounters counters);
  void end_call(std::string key, SessionCounters counters, MediaEnd end, core::Time at);
  /// What the tape will hear.
  struct TapeFacts {
    audio::Format format;
    core::SteadyTime began;
    unsigned spool = 0;  ///< whose blocks will hold its packets
    std::array<std::vector<recording::PayloadCodec>, kLegs> codecs = {};
  };
  void begin_recording(RecordingFacts facts, TapeFacts tape);
  /// One that never began: its codec is not supported.
  void refuse_recording(RecordingFacts facts, std::string reason);
  void take_packets(SpoolBlock block);
  void change_codecs(core::RecordingId recording, Leg leg,
                     std::vector<recording::PayloadCodec> codecs);
  void pause_recording(core::RecordingId recording, core::SteadyTime at, bool is_paused);
  /// Everything that was heard until `now` was handed over before.
  void end_recording(core::RecordingId recording, core::SteadyTime now, core::Time at);

  /// What a former process left: states of the journal, kind and value.
  using States = std::vector<std::pair<std::string, std::string>>;
  void recover(const States& recordings, const States& media);

  /// What is on its way to the disk. A call or recording counts until the last entry about it is in
  /// the journal's queue, which is a moment after its end was told.
  struct Load {
    std::size_t bytes_waiting = 0;  ///< of packets to be placed and written
    std::size_t calls = 0;
    std::size_t recordings = 0;
  };
  Load load() const noexcept {
    return {.bytes_waiting = bytes_waiting_, .calls = calls_open_, .recordings = files_open_};
  }
  /// Waits until everything told before is done and in the journal's queue.
  void flush();

 private:
  /// Scheduled for when its next segment seals.
  struct Open : os::HeapTimer {
    Open(RecordingFacts about, sealed::Writer file, const TapeFacts& tape);

    RecordingFacts facts;
    sealed::Writer writer;
    core::SteadyTime began;
    unsigned spool;
    recording::Recorder recorder;
    std::uint64_t bytes_plain = 0;

    recording::Elapsed elapsed(core::SteadyTime now) const {
      return std::chrono::duration_cast<recording::Elapsed>(now - began);
    }
  };
  struct LiveCall {
    CallFacts facts;
    SessionCounters counters;
  };

  void open_file(RecordingFacts facts, const TapeFacts& tape);
  void place(const SpoolBlock& block);
  void schedule(Open& open);
  /// Takes it out of those that run.
  Open take(std::unordered_map<core::RecordingId, Open>::iterator place);
  /// Writes what is due; false where the recording failed by it and is gone.
  bool seal(Open& open, core::SteadyTime now);
  bool write_segment(Open& open, const recording::Segment& segment);
  void fail(core::RecordingId recording, const std::string& reason);
  void finish_file(core::RecordingId recording, core::SteadyTime now, core::Time at);
  core::Milliseconds duration_of(const Open& open) const;
  void journal_recording(const RecordingFacts& facts, const RecordingEnd& end,
                         const recording::Account& account);
  void recover_recording(const std::string& body);
  void recover_media(const std::string& key, const std::string& body);
  void save_states();
  void sync_files();

  Parts parts_;
  std::unordered_map<core::RecordingId, Open> open_;
  std::map<unsigned, os::TimerHeap> due_;  ///< by spool: each has its own time
  std::unordered_map<std::string, LiveCall> calls_;
  std::set<core::RecordingId> unsaved_recordings_;
  std::set<std::string> unsaved_calls_;
  bool has_unsynced_ = false;
  std::atomic<std::size_t> bytes_waiting_ = 0;
  std::atomic<std::size_t> calls_open_ = 0;  ///< calls_.size(), for load()
  std::atomic<std::size_t> files_open_ = 0;  ///< open_.size(), for load()
  os::RegistrationPtr save_timer_;
  os::RegistrationPtr sync_timer_;
  LoopThread thread_;  // last: it ends before what it uses
};

}  // namespace trunkline::mediaplane
