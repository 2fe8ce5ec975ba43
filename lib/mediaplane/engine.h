// SPDX-License-Identifier: MIT
#pragma once

// recorderd's engine, composed: NG and control on the main loop, media on I/O threads, recordings
// on the writer's thread, the journal and the key store. Without a key ring it relays and says why
// nothing is recorded.
//
// What a former process left (recordings without an end, calls without an account) is journaled
// when this one starts.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "control/server.h"
#include "core/json.h"
#include "core/time.h"
#include "journal/journal.h"
#include "keystore/key_store.h"
#include "keystore/mirror.h"
#include "mediaplane/calls.h"
#include "mediaplane/ng_commands.h"
#include "mediaplane/playbacks.h"
#include "mediaplane/recordings.h"
#include "mediaplane/scribe.h"
#include "ng/server.h"
#include "os/file_stamp.h"
#include "os/reactor.h"

namespace trunkline::mediaplane {

class Engine final : private ScribeListener {
 public:
  /// Opens journal and key store; throws core::Error. Nothing listens before start().
  Engine(const config::Config& config, os::Reactor& main, const core::Clock& clock,
         std::function<void()> on_commit = {});
  /// Calls that still run are ended, their recordings finalised.
  ~Engine() override;

  void start();
  /// Reads the key ring again, takes media.timeout and ledger.keep.
  core::Result<void> reload(const config::Config& config);
  /// Turns new calls away; `drained` comes when the last one ended, or after half a minute.
  void drain(std::function<void()> drained);
  std::string status() const;

  journal::Journal& journal() noexcept { return *journal_; }
  /// Where NG is spoken, with the ports the system chose.
  std::vector<ng::Endpoint> listening() const { return ng_->listening(); }
  /// What the program adds to the verb `status`.
  void on_status(std::function<core::Json()> more) { more_status_ = std::move(more); }

 private:
  void recording_changed(core::RecordingId recording, RecordingStatus status,
                         core::Json body) override;
  void media_ended(core::Json body) override;
  void post_to_main(std::function<void()> work);

  void load_key_ring(const config::Config& config);
  /// Loads it, and mends recordings that had to wait for one.
  void take_key_ring(const config::Config& config);
  /// Takes a ring that a tool has replaced (trunkline keys rotate), without being told.
  void look_at_key_ring();
  void recover();
  void serve_control();
  void list_sessions(control::Reply reply);
  void open_recording(const control::Request& request, const control::Reply& reply);
  void play(const core::Json& recording, const core::Json& args, const control::Reply& reply);
  core::Json full_status() const;
  void forget_old_recordings();
  void look_whether_drained();

  /// A recording that is to be played once its access is in the journal.
  struct Opening {
    core::Json recording;
    core::Json args;
    control::Reply reply;
  };

  os::Reactor& main_;
  const core::Clock& clock_;
  config::Config config_;
  std::shared_ptr<bool> is_alive_;  ///< shared with work posted to the main thread
  std::unique_ptr<journal::Journal> journal_;
  keystore::KeyStore keys_;
  std::string key_fault_;  ///< why there is no key ring
  std::unique_ptr<keystore::Mirror> mirror_;
  Recordings recordings_;
  std::unique_ptr<Scribe> scribe_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<NgCommands> commands_;
  std::unique_ptr<Playbacks> playbacks_;
  std::unique_ptr<control::Server> control_;
  std::unique_ptr<ng::Server> ng_;
  std::map<std::uint64_t, Opening> openings_;
  std::uint64_t last_opening_ = 0;
  std::function<core::Json()> more_status_;
  std::function<void()> drained_;
  os::RegistrationPtr drain_timer_;
  std::optional<os::FileStamp> ring_stamp_;
  os::RegistrationPtr ring_timer_;
  os::RegistrationPtr sweep_timer_;
};

}  // namespace trunkline::mediaplane
