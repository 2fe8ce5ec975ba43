// SPDX-License-Identifier: MIT
#pragma once

// What the verbs of archives share.

#include <filesystem>
#include <functional>

#include "archive/archive.h"
#include "cdr/query.h"
#include "cli/context.h"

namespace trunkline::commands {

/// Of ledger.archive_dir.
std::filesystem::path archive_folder(cli::Context& context);

/// Removes what a crash left, and says what is odd about the folder. For verbs that write.
void tidy_archives(cli::Context& context, db::Connection& connection);

void begin_archives(cli::Output& out);
/// `state` is what the verb found or did: "archived", "whole", "damaged", ...
void print_archive(cli::Output& out, const archive::Archived& archived, std::string_view state,
                   std::string_view detail = {});

/// Archives that count, of the argument MONTH where it is given. Throws core::Error (no input)
/// where that month has none.
std::vector<archive::Archived> chosen_archives(cli::Context& context, db::Connection& connection);

cli::Option from_archive_option();
/// The calls of archived months with the filter, as many as it still wants. For --from-archive.
void each_archived_call(cli::Context& context, db::Connection& connection, cdr::Filter filter,
                        std::uint64_t given, const std::function<bool(const cdr::Call&)>& use);

}  // namespace trunkline::commands
