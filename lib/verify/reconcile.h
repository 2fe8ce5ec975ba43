// SPDX-License-Identifier: MIT
#pragma once

// Files, rows of the ledger and keys of the store belong together, one of each for a recording.
// This compares the three lists and says what is alone, with the mend. Pure: no disk, no clock.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::verify {

enum class What {
  changed,       ///< the file is not what was recorded
  unreadable,    ///< it could not be read, or its key not opened
  file_missing,  ///< row and key, no file
  key_missing,   ///< row and file, no key: erased, or the key store is not the one it was
  row_missing,   ///< file and key, no row
  file_extra,    ///< a file alone: nobody can ever read it
  key_extra,     ///< a key alone: it opens nothing here
  row_extra,     ///< a row alone: erased, and the ledger does not say so
  not_erased,    ///< the ledger says erased, but key and file are there
  foreign,       ///< a file that is no recording
};
/// "file missing"
std::string_view name_of(What what);
std::optional<What> parse_what(std::string_view name);

struct Finding {
  What what = What::changed;
  core::RecordingId recording = {};  ///< nil where it is not known
  std::string path = {};             ///< below recording.path; empty where there is none
  std::string message = {};
  std::string mend = {};
};

/// A recording as the ledger has it.
struct Row {
  core::RecordingId recording = {};
  std::string path = {};
  bool is_complete = false;  ///< its file has its last segment
  bool has_ended = false;    ///< a running one may lack its file's end, or the file
  bool is_erased = false;    ///< a tombstone: neither file nor key may be there
  bool has_file = true;      ///< false: it failed before it had one

  bool operator==(const Row&) const = default;
};

/// What is on the disk below recording.path.
struct Files {
  std::map<core::RecordingId, std::string> recordings = {};
  std::vector<std::string> foreign = {};
};

/// Whether a file of that name is what a copy into recording.path is called until it is whole.
bool is_copy(std::string_view file_name);

/// Recordings made after `settled` are left out: their file, row and key appear one after the
/// other, and the row when it is shipped.
[[nodiscard]] std::vector<Finding> reconcile(const std::map<core::RecordingId, Row>& rows,
                                             const Files& files,
                                             const std::set<core::RecordingId>& keys,
                                             core::Time settled);

}  // namespace trunkline::verify
