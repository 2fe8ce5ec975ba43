// SPDX-License-Identifier: MIT
#pragma once

// What trunkline init must know of the first tenant and its administrator: from the flags, and on a
// terminal, where nothing is set up yet, from the person in front of it.

#include <optional>
#include <string>

#include "cli/context.h"
#include "core/secret.h"
#include "directory/types.h"

namespace trunkline::commands {

struct InitAnswers {
  std::string tenant;
  std::string domain;
  directory::RecordingMode recording = directory::RecordingMode::off;
  std::string admin;
  std::optional<core::Secret> password = std::nullopt;  ///< nothing: one is made and shown once
};

/// Flags and their fallbacks; asks nobody. Throws core::Error.
InitAnswers given_answers(cli::Context& context);

/// Whether somebody can answer: standard input and error are terminals, and neither --yes nor
/// --json says that a program runs us.
bool can_ask(const cli::Context& context);

/// Asks what no flag says, each question until its answer can be taken, and in the end whether to
/// begin. Throws core::Error (failed) where that is a no: nothing was made then.
InitAnswers ask_answers(cli::Context& context, InitAnswers given);

}  // namespace trunkline::commands
