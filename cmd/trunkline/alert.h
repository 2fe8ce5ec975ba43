// SPDX-License-Identifier: MIT
#pragma once

// What the alert verbs share: a desk with the database, or without it while that is away, and how
// sending went.

#include <functional>
#include <optional>

#include "alert/desk.h"
#include "cli/context.h"
#include "db/connection.h"

namespace trunkline::commands {

/// The database, which knows from now on what was told while it was away. Throws core::Error.
db::Connection open_database(cli::Context& context, std::string_view verb);
/// The database, or nothing, with a word about it on stderr: alerts go out all the same.
std::optional<db::Connection> database_if_there(cli::Context& context, std::string_view verb);

struct Raised {
  std::uint64_t told = 0;
  std::uint64_t held_back = 0;
  bool has_nobody = false;  ///< no channel is configured
  alert::Sent sent = {};
};
/// What came of more alerts, to what came of the others.
void add_sent(alert::Sent& all, alert::Sent more);
/// Hands each alert in, and sends what is due. A database that goes away meanwhile does not keep
/// them.
Raised raise_all(cli::Context& context, std::optional<db::Connection>& connection,
                 const std::vector<alert::Alert>& alerts);

/// The record "alert_sent.v1", and the problems on stderr. done; partly: some did not get it;
/// unavailable: nobody did; config: there is no channel.
core::ExitCode report(cli::Context& context, const Raised& raised);

}  // namespace trunkline::commands
