// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of cdrctl share: the flags of a list, and what to do while PostgreSQL is away.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cdr/query.h"
#include "cli/context.h"
#include "control/client.h"
#include "core/error.h"
#include "core/time.h"
#include "db/connection.h"

namespace trunkline::commands {

/// --since, --until, --number, --tenant and --limit.
std::vector<cli::Option> list_options();
/// list_options() and everything else that calls are chosen by; `limit` is how many at most.
std::vector<cli::Option> call_options(std::string limit);
/// What call_options() mean, but for --tenant. Throws core::Error.
cdr::Filter filter_of(cli::Context& context);

/// The moment of --since or --until, if it is given. Throws core::Error.
std::optional<core::Time> moment(cli::Context& context, std::string_view option);
std::optional<core::TenantId> chosen_tenant(cli::Context& context, db::Connection& connection);

/// True for a failure that may pass: the database restarts, the network is away.
bool is_away(const core::Error& error);
/// Runs `ask` with a connection for reading. While PostgreSQL is away it warns and runs
/// `otherwise`, which asks a daemon's own journal.
void with_ledger(cli::Context& context, std::string_view verb,
                 const std::function<void(db::Connection&)>& ask,
                 const std::function<void()>& otherwise);

/// Throws core::Error where the daemon is not there.
control::Client recorderd(cli::Context& context);
control::Client sipd(cli::Context& context);

}  // namespace trunkline::commands
