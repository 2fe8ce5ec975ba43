// SPDX-License-Identifier: MIT
#pragma once

// Alerts as the database keeps them: state by key, what was told, and the spool of deliveries. An
// alert and its deliveries are one transaction, so that none is lost between being decided and
// being sent; a delivery that was sent by a process that died before it could say so is sent again.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "db/connection.h"

namespace trunkline::alert {

struct Target {
  std::string channel;
  std::string address;
};

/// The message, where it is to be told now: it is in the spool for each target then.
std::optional<Message> put(db::Connection& connection, const Alert& alert, core::Time now,
                           const std::string& host, const std::vector<Target>& targets);

/// Takes over what was told without the database: the key's level is at least this one. When that
/// was told is not known here, so that those who did not hear of it yet do where it lasts.
/// Within a transaction of the caller's.
void put_open(db::Connection& connection, const std::string& key, Level level, core::Time now);

struct Delivery {
  Message message = {};
  Target target = {};
  int tries = 0;  ///< with this one
};
/// Takes what is due for a try, oldest first; others do not get it for `lease`.
std::vector<Delivery> take_due(db::Connection& connection, core::Time now, core::Seconds lease,
                               std::uint64_t limit);
void note_delivered(db::Connection& connection, const Delivery& delivery, core::Time now);
/// With nothing for `next_try` it is given up.
void note_failed(db::Connection& connection, const Delivery& delivery, core::Time now,
                 const std::string& why, std::optional<core::Time> next_try);

struct Told {
  Message message = {};
  std::int64_t delivered = 0;
  std::int64_t waiting = 0;
  std::int64_t given_up = 0;
  std::string error = {};  ///< of the last try that failed
};
/// Newest first.
std::vector<Told> told(db::Connection& connection, const std::optional<core::Time>& since,
                       std::uint64_t limit);

struct Open {
  std::string key;
  Level level = Level::warning;
  core::Time since = {};
};
/// Conditions that are not normal, the worst first.
std::vector<Open> open_conditions(db::Connection& connection);

/// What is older goes; returns how much.
std::int64_t prune(db::Connection& connection, core::Time before);

/// Up to when the watch of this name has looked; nothing: never.
std::optional<core::Time> watch_mark(db::Connection& connection, const std::string& name);
void set_watch_mark(db::Connection& connection, const std::string& name, core::Time at);

}  // namespace trunkline::alert
