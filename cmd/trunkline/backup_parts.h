// SPDX-License-Identifier: MIT
#pragma once

// The parts of a backup, each brought into the folder where one is being made. They return the
// facts about them that the manifest keeps.

#include <set>
#include <string>
#include <vector>

#include "backup/repository.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "core/json.h"

namespace trunkline::commands {

/// What is not safe by this backup, and the mend.
using LeftOut = std::vector<std::pair<std::string, std::string>>;

/// The configuration's files; no key and no credential is among them.
core::Json copy_configuration(cli::Context& context, const std::filesystem::path& folder);

/// What of the daemons' journals the dump does not have. `nodes`: its watermarks.
core::Json copy_journals(cli::Context& context, const std::filesystem::path& folder,
                         const core::Json& nodes);

/// The months of the ledger that are files (ledger.archive_dir). After the dump: a month that
/// leaves the database meanwhile is in both.
/// Those that the database names, and that are not there, go to `left`.
core::Json copy_archives(cli::Context& context, const std::filesystem::path& folder, LeftOut& left);

struct RecordingsTaken {
  core::Json facts;
  std::vector<backup::FileEntry> files;
  std::vector<std::string> left_out;  ///< below recording.path: they are being written
  std::uint64_t fresh_files = 0;
  std::uint64_t fresh_bytes = 0;  ///< of files that the backup before did not have
};
/// Every sealed file. `before` is the newest backup, or nullptr; `rows` are the recordings in the
/// dump. Throws core::Error (io) where there are no files at all and should be.
RecordingsTaken take_recordings(cli::Context& context, backup::Repository& repository,
                                const backup::Manifest* before, std::int64_t rows,
                                const cli::InterruptHold& interrupt);

/// The keys go to a place of their own, recording.key_mirror, and never where the recordings go:
/// the key store, present state only, and, sealed by the passphrase, the key ring and sipd's key.
struct KeysCopied {
  core::Json facts;
  LeftOut left;
};
KeysCopied copy_keys(cli::Context& context);

/// Names in recording.key_mirror.
inline constexpr const char* kSealedRing = "recording.keyring.sealed";
inline constexpr const char* kSealedSipKey = "sipd.key.sealed";
/// sipd's key as the passphrase seals it.
[[nodiscard]] core::Result<core::Secret> open_sip_key(std::string_view text,
                                                      const core::Secret& passphrase);

}  // namespace trunkline::commands
