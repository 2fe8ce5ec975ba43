// SPDX-License-Identifier: MIT
#pragma once

// The erasure journal beside backups: it says what must stay gone, whatever is restored, so it
// outlives the host in the keys' place and is asked before any key comes back.

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "cli/context.h"
#include "core/uuid.h"
#include "keystore/key_store.h"

namespace trunkline::commands {

/// Copies retention.state_dir's journal into the folder, whole or not at all. Nothing to do where
/// there is none yet.
[[nodiscard]] core::Result<void> copy_erasures(const config::Config& config,
                                               const std::filesystem::path& folder);

/// Recordings that were erased, by the living journal and by the copy in the folder.
std::set<core::RecordingId> erased_recordings(const config::Config& config,
                                              const std::filesystem::path& folder);

/// The copy becomes the living journal where there is none. Whether it did.
bool restore_erasures(const config::Config& config, const std::filesystem::path& folder);

/// Runs `retention reapply`, which erases again what has come back. `adopts`: recording.path was
/// just restored, so it is the recordings' folder whatever it was before. What it came to, for
/// people; nothing where nothing was ever erased here. Throws core::Error (partly).
std::optional<std::string> reapply_erasures(cli::Context& context, bool adopts);

}  // namespace trunkline::commands
