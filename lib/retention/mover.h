// SPDX-License-Identifier: MIT
#pragma once

// Moves recordings between the hot and the cold tier of their location (storage/cold.h): the file
// is copied and read back, then the old one goes and the row says where it is now, in one
// transaction that no sweep comes into. A crash at any point leaves at least one whole file, which
// whoever looks for it finds in either tier, and the next run settles it. The recording
// keeps its id, its key and its bytes.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/strong.h"
#include "core/time.h"
#include "core/uuid.h"
#include "db/connection.h"
#include "storage/cold.h"
#include "storage/location.h"

namespace trunkline::retention {

struct Movable {
  core::RecordingId recording = {};
  std::string path = {};  ///< as the row has it
};

/// Whole recordings of that tier that ended before `before`, in the order of their ids.
[[nodiscard]] std::vector<Movable> movable(db::Connection& connection, storage::Tier from,
                                           core::Time before, core::RecordingId after, int limit);

/// False where another run holds it; it goes with the connection.
[[nodiscard]] bool take_move_lock(db::Connection& connection);

/// One thread at a time.
class Mover {
 public:
  /// Points at which a run may be killed, in their order.
  enum class Step : std::uint8_t { copied, removed, noted, done };

  struct Parts {
    db::Connection& database;
    storage::Location& recordings;
    std::filesystem::path root = {};  ///< recording.path
    std::function<void(Step)> passed = {};
  };
  explicit Mover(Parts parts) : parts_(std::move(parts)) {}

  /// To the other tier. Its length; nothing where it was erased, packed or moved since it was
  /// listed. A fault leaves it where it was.
  [[nodiscard]] core::Result<std::optional<core::ByteCount>> move(const Movable& one);

  /// Of one whose move() may have been killed in the middle: the row and one file agree afterwards,
  /// and nothing else is left. To be called by the next run, before anything moves; what has no
  /// path is only looked at in both tiers.
  [[nodiscard]] core::Result<void> settle(const Movable& one);

 private:
  core::Result<void> settle_tiers(core::RecordingId recording);
  core::Result<void> take_back(const Movable& one, const storage::Name& copy);
  void pass(Step step) const {
    if (parts_.passed) parts_.passed(step);
  }

  Parts parts_;
};

}  // namespace trunkline::retention
