// SPDX-License-Identifier: MIT
#pragma once

// The exit codes every binary shares. They are documented in trunkline(7) and are part of the
// interface: scripts and systemd units match on them. Values follow sysexits(3).

#include <string_view>

namespace trunkline::core {

enum class ExitCode : int {
  done = 0,
  failed = 1,        ///< failed, and no better code says why
  partly = 3,        ///< partly done; what is left is listed on stderr
  usage = 64,        ///< bad flag or argument
  data = 65,         ///< input malformed
  no_input = 66,     ///< object or file not there
  unavailable = 69,  ///< service down
  software = 70,     ///< our bug
  cannot_create = 73,
  io = 74,         ///< disk or network I/O
  try_again = 75,  ///< lock held, database restarting
  protocol = 76,   ///< peer broke SIP, RTP or another protocol
  no_permission = 77,
  config = 78,  ///< configuration invalid; a unit must not be restarted
  interrupted = 130,
  terminated = 143,
};

/// The word that `--json` errors and man pages use: "usage", "no input", ...
std::string_view name_of(ExitCode code);

}  // namespace trunkline::core
