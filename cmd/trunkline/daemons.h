// SPDX-License-Identifier: MIT
#pragma once

// The daemons of this host, and how the verbs that watch them ask.

#include <array>
#include <string_view>

#include "config/config.h"
#include "control/client.h"

namespace trunkline::commands {

struct Daemon {
  const char* name;
  const char* control;  ///< the setting that names its control socket
};
inline constexpr std::array kDaemons = {Daemon{"sipd", "sip.control"},
                                        Daemon{"recorderd", "media.control"}};

/// Whoever watches waits no longer than this for a daemon, or the database.
inline constexpr core::Milliseconds kAnswersWithin{3'000};

/// The answer to one question, items to `on_item`.
[[nodiscard]] core::Result<core::Json> ask_daemon(const config::Config& config,
                                                  const Daemon& daemon, std::string_view verb,
                                                  const control::Client::OnItem& on_item = {});

/// A member that is an object, or an empty one.
core::Json member(const core::Json& json, const char* key);

}  // namespace trunkline::commands
