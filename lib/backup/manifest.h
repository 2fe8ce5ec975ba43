// SPDX-License-Identifier: MIT
#pragma once

// The manifest of a backup (schemas/backup): what it holds, with the SHA-256 of every file, and
// what was counted when it was made. JSON lines: the head, one line a file, and an end with the
// SHA-256 of all lines before it, so that a manifest that was cut or changed shows by itself. A
// backup without a whole manifest is no backup.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "crypto/hash.h"

namespace trunkline::backup {

/// The parts of a backup are its first folders.
inline constexpr std::string_view kDatabase = "database";
inline constexpr std::string_view kConfiguration = "configuration";
inline constexpr std::string_view kJournals = "journals";
inline constexpr std::string_view kArchives = "archives";
inline constexpr std::string_view kRecordings = "recordings";

struct FileEntry {
  std::string path = {};  ///< "recordings/2026/11/21/recording_<id>.wav.enc", "database/toc.dat"
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< since the epoch, of the file that was copied
  crypto::Sha256 sha256{};

  bool operator==(const FileEntry&) const = default;
};

struct Manifest {
  std::string name = {};
  core::Time begun_at = {};
  std::string host = {};
  std::string version = {};  ///< of the program that made it
  /// What was counted: "database" {tables, migration, ...}, "keys", "recordings", "journals",
  /// "archives".
  core::Json facts = core::Json::object();
  std::vector<FileEntry> files = {};

  bool has(std::string_view part) const;
  /// Files and bytes of a part; "": of all.
  std::pair<std::uint64_t, std::uint64_t> size_of(std::string_view part) const;
};

/// Whether the path lies below that part.
bool is_of(std::string_view path, std::string_view part);

std::string to_text(const Manifest& manifest);
/// Any text. A fault (data) names the line. Paths that lead out of a backup's folder, or into no
/// part of it, are refused.
[[nodiscard]] core::Result<Manifest> parse_manifest(std::string_view text);

inline constexpr std::string_view kManifestFile = "manifest.jsonl";

}  // namespace trunkline::backup
