// SPDX-License-Identifier: MIT
#pragma once

// What `trunkline demo` shows of the call it made.

#include <string>
#include <vector>

#include "audio/wav.h"
#include "cli/context.h"
#include "core/json.h"

namespace trunkline::commands {

struct DemoResult {
  std::vector<core::Json> registrations;  ///< registration.v1, the two phones'
  core::Json call;                        ///< call.v1, ended
  core::Json recording;                   ///< recording.v1
  audio::Clip clip;                       ///< the decrypted recording
};

/// The faults a demo can have although the call was made: no media, a silent side, a wrong length.
/// Empty when all is well.
std::vector<std::string> find_faults(const DemoResult& result);

/// Registrations, ledger entry, recording with a waveform a channel; with --json one demo.v1
/// object.
void report(cli::Context& context, const DemoResult& result);

}  // namespace trunkline::commands
