// SPDX-License-Identifier: MIT
#pragma once

// sipd's engine: registrar, calls, media and journal on one thread, the one that runs the root. It
// owns every SIP socket and the control socket. Nothing in it waits: the journal commits on its own
// thread and the directory is handed in as finished snapshots.
//
// Shutting down: drain(), then destroy it while the root and the journal are still there.

#include <functional>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "directory/snapshot.h"
#include "exchange/options.h"

namespace trunkline::journal {
class Journal;
}
namespace trunkline::sip {
class Agent;
class Root;
}  // namespace trunkline::sip

namespace trunkline::exchange {

/// What the program around it adds to the control verbs.
struct Hooks {
  std::function<core::Result<void>()> reload = {};        ///< the verb reload
  std::function<void(core::Json& status)> describe = {};  ///< adds to the verb status
};

class Exchange {
 public:
  /// The root, journal and clock must outlive it.
  Exchange(sip::Root& root, journal::Journal& journal, const core::Clock& clock, Options options,
           Hooks hooks = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Binds the sockets, takes over bindings from the journal and closes the calls that a former
  /// process left open. Throws core::Error.
  void start(directory::SnapshotPtr directory);
  /// Any thread. Devices that are gone or disabled lose their bindings; their calls go on.
  void set_directory(directory::SnapshotPtr directory);
  /// Takes what may change without a restart.
  void reconfigure(const Options& options);

  /// No new calls from now on. Calls `drained` once the live ones are over; those that last longer
  /// than the drain timeout are hung up.
  void drain(std::function<void()> drained);

  /// "12 calls, 340 registrations"
  std::string summary() const;
  /// What the verb status answers.
  core::Json status() const;
  const sip::Agent& agent() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace trunkline::exchange
