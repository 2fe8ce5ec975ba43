// SPDX-License-Identifier: MIT
#pragma once

// Keeps a copy of a key store in a directory of the operator's choice (another disk, a mounted
// share), so that losing the machine loses no recording. The directory holds one state only, the
// present one: a key that was removed is gone from there, too, within a minute, which is what makes
// its removal an erasure. The copy is a key store itself: restoring is copying it back.
//
// A thread of its own looks for changes (also those of other processes) every few seconds. A copy
// appears whole, synced, mode 0600, by rename; the one it replaces is overwritten with zeros first.

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/error.h"
#include "core/time.h"
#include "keystore/key_ring.h"

namespace trunkline::keystore {

struct MirrorState {
  std::optional<core::Time> copied_at;  ///< last good copy, by this process
  std::string error;                    ///< why the last attempt failed; empty after a good one
  std::uint64_t copies = 0;             ///< good ones
  bool is_current = false;              ///< as far as the last look went, nothing changed since
};

struct MirrorOptions {
  /// How often changes are looked for; a change is copied at the next look. At most 60 s.
  core::Milliseconds period{10'000};
};

class [[nodiscard]] Mirror {
 public:
  /// Starts the thread, which copies at once. `store` is the path of keys.db; the copy has the same
  /// file name in `directory`. The clock must outlive the mirror. A directory that is not there, or
  /// is on a disk that is gone, is no failure: state() tells, and it is tried again.
  Mirror(std::filesystem::path store, std::filesystem::path directory, const core::Clock& clock,
         MirrorOptions options = {});
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;
  /// Copies a last time if something changed, and ends the thread.
  ~Mirror();

  /// Copies now, whether or not something changed, in the calling thread: after an erasure.
  [[nodiscard]] core::Result<void> refresh_now();

  MirrorState state() const;

 private:
  void run() noexcept;
  void look() noexcept;
  core::Result<void> copy();

  const std::filesystem::path store_;
  const std::filesystem::path directory_;
  const core::Clock& clock_;
  const MirrorOptions options_;

  struct Watched;
  std::unique_ptr<Watched> watched_;  ///< the mirror's own connection, under copying_
  std::mutex copying_;                ///< one copy at a time
  mutable std::mutex mutex_;          ///< state_ and is_stopping_; a condition needs its mutex
  std::condition_variable wake_;
  MirrorState state_;
  bool is_stopping_ = false;
  std::thread thread_;
};

/// Copies the store at `store` into `directory` now, as Mirror does; several processes take turns.
/// For a tool beside recorderd, or in its place while it is down.
[[nodiscard]] core::Result<void> copy_to_mirror(const std::filesystem::path& store,
                                                const std::filesystem::path& directory);

/// How the copy in a mirror differs from the store: row by row, so that it also tells whether the
/// copy still holds what was erased.
struct MirrorComparison {
  std::optional<core::Time> copied_at{};  ///< when the copy was made; nothing: there is none
  std::uint64_t rows = 0;                 ///< in the store
  std::uint64_t missing = 0;              ///< of these, not in the copy
  std::uint64_t extra = 0;                ///< in the copy, erased in the store
  std::uint64_t different = 0;            ///< wrapped anew in the store
  bool is_current() const { return copied_at && missing + extra + different == 0; }
};
[[nodiscard]] core::Result<MirrorComparison> compare_mirror(const std::filesystem::path& store,
                                                            const std::filesystem::path& directory);
/// Rows of the copy that name this KEK; 0 where there is no copy.
[[nodiscard]] core::Result<std::uint64_t> mirrored_rows_of(const std::filesystem::path& store,
                                                           const std::filesystem::path& directory,
                                                           const KeyId& id);

/// Whether `directory` could take a mirror: there, a directory, writable. For doctor.
[[nodiscard]] core::Result<void> check_mirror_directory(const std::filesystem::path& directory);

}  // namespace trunkline::keystore
