// SPDX-License-Identifier: MIT
#pragma once

// What the verbs about storage share: the quota of the settings, and what mails point to.

#include <string>

#include "cli/context.h"
#include "usage/pages.h"

namespace trunkline::commands {

usage::Quota quota_of(const config::Config& config);

/// Bytes for people on a terminal, in the units of mails; plain bytes elsewhere.
std::string shown_bytes(const cli::Output& out, std::uint64_t bytes);
std::int64_t whole(std::uint64_t number);

}  // namespace trunkline::commands
