// SPDX-License-Identifier: MIT
#pragma once

// Where alerts are handed in. With the database they go through its spool, so that they survive;
// while it is away they go out directly, once, to every channel, though not to people who asked for
// them: the database knows those.

#include <functional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "alert/away.h"
#include "alert/store.h"
#include "config/config.h"
#include "core/time.h"
#include "db/connection.h"

namespace trunkline::alert {

struct Problem {
  std::string channel;
  std::string target;  ///< as it may be shown
  core::Fault fault;
  bool is_given_up = false;
};

struct Sent {
  std::uint64_t delivered = 0;
  std::uint64_t waiting = 0;
  std::uint64_t given_up = 0;
  std::vector<Problem> problems = {};
};

class Desk {
 public:
  /// `connection`: nullptr while the database is away. Both outlive the desk, as does the clock.
  Desk(const config::Config& config, db::Connection* connection, const core::Clock& clock);

  enum class Outcome : std::uint8_t {
    told,
    held_back,  ///< the same was told not long ago, or there is nothing to tell
    nobody      ///< told, but no channel is configured
  };
  /// Decides, and with the database spools it. Without it sends at once; how that went is in
  /// `sent`.
  Outcome raise(const Alert& alert, Sent& sent);

  /// What was told while the database was away is known to it from now on. A fault: the file cannot
  /// be written, so that nothing is taken over.
  [[nodiscard]] core::Result<void> take_over();

  /// Sends what is due. Without the database there is nothing.
  Sent flush();

  /// The same text to every channel, past all that holds back: whether they work.
  Sent test(const std::string& text);

 private:
  /// Those who asked for it themselves.
  void add_people(std::vector<Target>& targets, const Alert& alert) const;
  void deliver(const Message& message, Sent& sent);
  Message fresh(const Alert& alert) const;
  AwayStates away_states() const;

  const config::Config& config_;
  db::Connection* connection_;
  const core::Clock& clock_;
  std::string host_;
};

/// Whom the configured channels tell. Throws core::Error.
std::vector<Target> configured_targets(const config::Config& config);

}  // namespace trunkline::alert
