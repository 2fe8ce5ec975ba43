// SPDX-License-Identifier: MIT
#pragma once

// The newest recordings this node knows of, each as its last recording.v1: what the journal's state
// holds, in memory, as the text it is there. Older ones are PostgreSQL's to list; their files are
// found by their id.

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"

namespace trunkline::mediaplane {

class Recordings {
 public:
  /// Ended ones beyond so many are forgotten, however new: some 20 MB.
  static constexpr std::size_t kMost = 10'000;

  explicit Recordings(std::filesystem::path root) : root_(std::move(root)) {}

  void put(core::RecordingId recording, const core::Json& body);
  /// By its id, a unique tail of it, or "last". Faults: no_input, and usage where the tail fits
  /// two.
  [[nodiscard]] core::Result<core::Json> find(std::string_view name) const;
  /// The newest of a call.
  [[nodiscard]] core::Result<core::Json> of_call(core::CallRef call) const;
  /// Newest first.
  std::vector<core::Json> newest(std::size_t limit) const;
  std::size_t size() const { return known_.size(); }

  /// Forgets those that ended and were made before `moment`, or are older than the `most` newest;
  /// returns them.
  std::vector<core::RecordingId> forget(core::Time moment, std::size_t most = kMost);

  /// The file: where its body says, else on the day its id was made or the next (a call may pass
  /// midnight); of each in the hot or the cold tier. A fault (no_input) where there is none.
  [[nodiscard]] core::Result<std::filesystem::path> file_of(core::RecordingId recording) const;

 private:
  struct Known {
    core::Uuid call;
    bool is_running;
    std::string body;  ///< recording.v1
  };

  std::filesystem::path root_;
  std::map<core::RecordingId, Known> known_;  // ids sort by the time they were made
};

}  // namespace trunkline::mediaplane
