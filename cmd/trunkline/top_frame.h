// SPDX-License-Identifier: MIT
#pragma once

// One picture of `trunkline top`: what the daemons said, as lines that fit a terminal. Pure.

#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"

namespace trunkline::commands {

/// What was asked at one moment.
struct Sighting {
  core::SteadyTime at;
  core::Time now;
  core::Result<core::Json> sipd = core::Json::object();
  core::Result<core::Json> recorderd = core::Json::object();
  std::vector<core::Json> calls = {};  ///< live_call.v1, newest first; not all of them if many
};

struct FrameSize {
  std::size_t columns = 80;
  std::size_t rows = 24;  ///< lines at most
};

/// `before` is the sighting before, which rates are counted from.
std::vector<cli::Cell> top_frame(const Sighting& sighting, const std::optional<Sighting>& before,
                                 const FrameSize& size);

/// The text cut to so many columns of a terminal.
std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace trunkline::commands
