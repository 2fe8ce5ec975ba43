// SPDX-License-Identifier: MIT
#include "verify/reconcile.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sealed/format.h"
#include "storage/cold.h"
#include "storage/name.h"

namespace trunkline::verify {
namespace {

constexpr const char* kRestore = "restore the file from its backup";

constexpr std::array kWhats{
    std::pair(What::changed, "changed"),           std::pair(What::unreadable, "unreadable"),
    std::pair(What::file_missing, "file missing"), std::pair(What::key_missing, "key missing"),
    std::pair(What::row_missing, "row missing"),   std::pair(What::file_extra, "file extra"),
    std::pair(What::key_extra, "key extra"),       std::pair(What::row_extra, "row extra"),
    std::pair(What::not_erased, "not erased"),     std::pair(What::foreign, "foreign")};

/// An erased recording of which something is left.
Finding about_tombstone(const Row& row, const std::string& path, bool has_file, bool has_key) {
  Finding finding{.recording = row.recording, .path = path};
  if (has_file && has_key) {
    finding.what = What::not_erased;
    finding.message = "was erased, but its key and its file are there: it can be read";
    finding.mend = "were they restored from a backup? retention reapply";
  } else if (has_key) {
    finding.what = What::key_extra;
    finding.message = "was erased, but its key is there";
    finding.mend = "retention reapply";
  } else {
    finding.what = What::file_extra;
    finding.message = "was erased, but its file is there; nobody can read it";
    finding.mend = "remove it: rm " + path;
  }
  return finding;
}

Finding about_row(const Row& row, bool has_file, bool has_key) {
  Finding finding{.recording = row.recording, .path = row.path};
  if (has_file) {
    finding.what = What::key_missing;
    finding.message = "has a file and a row, but no key: nobody can read it";
    finding.mend = "if it was not erased, copy the key store back from its mirror";
  } else if (has_key) {
    finding.what = What::file_missing;
    finding.message = "has a row and a key, but no file";
    finding.mend = kRestore;
  } else {
    finding.what = What::row_extra;
    finding.message = "has a row, but neither file nor key: it was erased";
    finding.mend =
        "the audit log says by whom: trunkline audit list --object " + row.recording.text();
  }
  return finding;
}

Finding about_file(core::RecordingId recording, const std::string& path, bool has_key) {
  if (has_key)
    return {.what = What::row_missing,
            .recording = recording,
            .path = path,
            .message = "has a file and a key, but no row in the ledger",
            .mend =
                "is all shipped? trunkline status; a restored ledger is filled again by the "
                "daemons' journals"};
  return {.what = What::file_extra,
          .recording = recording,
          .path = path,
          .message = "is a file with neither row nor key: nobody can ever read it",
          .mend = "remove it: rm " + path};
}

/// Whether the recording's file lies in both tiers.
bool is_second(const Files& files, const std::string& path) {
  const auto id = sealed::recording_of(path);
  if (!id) return false;
  const auto first = files.recordings.find(*id);
  return first != files.recordings.end() && first->second == storage::twin_of(path);
}

Finding about_foreign(const Files& files, const std::string& path) {
  Finding finding{.what = What::foreign, .path = path};
  if (is_second(files, path)) {
    finding.message = "is in the other tier, too: moving it was cut short";
    finding.mend = "retention move ends it";
  } else if (is_copy(std::string_view(path).substr(path.rfind('/') + 1))) {
    finding.message = "was left by a copy that was killed";
    finding.mend = "remove it: rm " + path;
  } else {
    finding.message = "is no recording";
    finding.mend = "see what it is, and move it elsewhere";
  }
  return finding;
}

}  // namespace

std::string_view name_of(What what) {
  for (const auto& [known, name] : kWhats)
    if (known == what) return name;
  return "unknown";
}

std::optional<What> parse_what(std::string_view name) {
  for (const auto& [what, known] : kWhats)
    if (known == name) return what;
  return std::nullopt;
}

bool is_copy(std::string_view file_name) {
  return file_name.starts_with(storage::kUnfinishedPrefix) || file_name.ends_with(".compacting") ||
         file_name.ends_with(".recovering");
}

std::vector<Finding> reconcile(const std::map<core::RecordingId, Row>& rows, const Files& files,
                               const std::set<core::RecordingId>& keys, core::Time settled) {
  std::vector<Finding> findings;
  const auto is_settled = [&](core::RecordingId id) { return id.uuid().made_at() <= settled; };
  for (const auto& [id, row] : rows) {
    if (!row.has_ended || !is_settled(id)) continue;
    const auto file = files.recordings.find(id);
    const bool has_file = file != files.recordings.end();
    const bool has_key = keys.contains(id);
    if (!row.is_erased && row.has_file && (!has_file || !has_key))
      findings.push_back(about_row(row, has_file, has_key));
    if (row.is_erased && (has_file || has_key))
      findings.push_back(
          about_tombstone(row, has_file ? file->second : std::string(), has_file, has_key));
    if (!row.is_erased && !row.has_file && !has_file && has_key)
      findings.push_back({.what = What::key_extra,
                          .recording = id,
                          .path = {},
                          .message = "is the key of a recording that never had a file",
                          .mend = "none is needed: it opens nothing"});
  }
  for (const auto& [id, path] : files.recordings)
    if (!rows.contains(id) && is_settled(id))
      findings.push_back(about_file(id, path, keys.contains(id)));
  for (const core::RecordingId id : keys)
    if (!rows.contains(id) && !files.recordings.contains(id) && is_settled(id))
      findings.push_back({.what = What::key_extra,
                          .recording = id,
                          .path = {},
                          .message = "is a key with neither file nor row",
                          .mend = kRestore});
  for (const std::string& path : files.foreign) findings.push_back(about_foreign(files, path));
  return findings;
}

}  // namespace trunkline::verify
