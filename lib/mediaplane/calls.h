// SPDX-License-Identifier: MIT
#pragma once

// All calls of this recorderd, on the main thread: opened and described by NG's commands, their
// media on I/O threads, their recordings told to the scribe. Everything here belongs to the main
// thread; what comes from I/O threads is posted to it.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "mediaplane/call.h"
#include "mediaplane/io_thread.h"
#include "mediaplane/scribe.h"
#include "os/reactor.h"
#include "rtp/port_allocator.h"

namespace trunkline::mediaplane {

struct CallsOptions {
  rtp::PortRange ports = {};
  std::optional<os::Address> other_address = {};  ///< of the other family, for the same ports
  unsigned threads = 2;
  core::Milliseconds timeout{60'000};
};

/// What a first offer says about a call.
struct NewCall {
  std::string key;
  core::CallRef call;  ///< nil: one is made
  core::TenantId tenant;
  bool is_recorded = false;
  std::optional<core::RecordingId> recording = {};
  Commander commander = {};
};

class Calls final : private SessionObserver {
 public:
  Calls(os::Reactor& main, const CallsOptions& options, Scribe& scribe, const core::Clock& clock);
  ~Calls() override;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  /// nullptr where there is none.
  Call* find(const std::string& key);
  const std::map<std::string, Call>& all() const { return calls_; }
  std::size_t running_recordings() const noexcept { return running_.size(); }
  /// Of both families together.
  rtp::PortAllocator::Usage ports() const;

  Call& open(const NewCall& facts);
  /// Takes what a party said last: makes ports for new media lines and tells the I/O thread. The
  /// fault (unavailable) is that ports ran out.
  [[nodiscard]] core::Result<void> describe(Call& call, Leg leg, sdp::Session description);
  /// Both parties have been heard: silence counts from here, a wanted recording begins.
  void answered(Call& call, Leg answerer);
  /// Ends media and recording. `done` (may be empty) gets the last figures, on the main thread.
  using Figures = std::function<void(const Call& call, const SessionCounters& counters)>;
  void close(Call& call, MediaEnd end, Figures done = {});
  void close_all(MediaEnd end);
  /// Closes what an earlier start of this client had open; nobody else commands it.
  void close_left_behind(const Commander& now);

  void start_recording(Call& call);
  void stop_recording(Call& call);
  void pause_recording(Call& call, bool is_paused);
  /// The scribe gave that file up: nothing more is put on its tape.
  void recording_failed(core::RecordingId recording);

  /// Calls `done` on the main thread once the I/O thread has done what it was told so far.
  void settle(Call& call, std::function<void()> done);
  /// The call as it stands now; nullptr when it ended meanwhile.
  void figures(Call& call,
               std::function<void(const Call* call, const SessionCounters& counters)> done);
  /// Of all calls; `done` is called once.
  using AllFigures = std::map<std::string, SessionCounters>;
  void all_figures(std::function<void(const AllFigures&)> done);

  void set_timeout(core::Milliseconds timeout);
  /// Closes calls that were never answered and not spoken of for an hour.
  void sweep();

  std::function<void(const Call& call, const SilentLegs& legs)> on_timeout = {};
  /// After a call was closed and its sockets are gone.
  std::function<void()> on_closed = {};

 private:
  void take_packets(SpoolBlock block) override;
  void change_codecs(core::RecordingId recording, Leg leg,
                     std::vector<recording::PayloadCodec> codecs) override;
  void save_account(const std::string& key, const SessionCounters& counters) override;
  void media_is_silent(const std::string& key, const SilentLegs& legs) override;
  void session_is_abandoned(const std::string& key) override;
  void post_to_main(std::function<void()> work);
  core::Result<void> add_lines(Call& call, const sdp::Session& description);
  core::Result<rtp::PortPair> allocate(os::Family family);
  core::Result<void> add_line(Call& call, bool is_rtp);
  core::Result<void> add_ports(Call& call, std::size_t line, Leg leg);
  void push_plans(const Call& call);
  void refuse_recording(const Call& call);
  CallFacts facts_of(const Call& call) const;
  IoThread& thread_for_call() const;
  void forget_running(Call& call);

  os::Reactor& main_;
  Scribe& scribe_;
  const core::Clock& clock_;
  std::array<std::unique_ptr<rtp::PortAllocator>, 2> allocators_;  ///< by family
  std::map<std::string, Call> calls_;
  std::unordered_map<core::RecordingId, std::string> running_;  ///< recordings on tape: whose call
  std::shared_ptr<bool> is_alive_;  ///< shared with work posted to the main thread
  std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace trunkline::mediaplane
