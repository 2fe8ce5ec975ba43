// SPDX-License-Identifier: MIT
#pragma once

// Writes one sealed file while its recording runs. The caller brings plaintext segments in order; a
// segment is encrypted and appended by one write, so that after a crash the file holds whole
// segments and at most a part of one. Nothing is synced here: the writer thread's syncfs covers all
// files at once.
//
// After a failed write (disk full, disk gone) the file is cut back to its last whole segment and
// the writer is done: every later call gives the same fault. No segment index is ever encrypted
// twice, so going on is finalise_truncated()'s work, which makes a new file with a new key.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "core/uuid.h"
#include "keystore/key_store.h"
#include "os/fd.h"
#include "sealed/format.h"

namespace trunkline::sealed {

struct NewFile {
  core::RecordingId recording;
  Format format;
  core::Time started_at;
};

/// One thread at a time.
class [[nodiscard]] Writer {
 public:
  /// Commits the key row, makes the day's folders (mode 700) and the file (mode 600; never replaces
  /// one), and writes the header. The root must be there: a disk that is not mounted shows. The
  /// fault tells the reason a recording cannot start: no key ring, disk full, no permission. A file
  /// that failed leaves neither row nor file behind.
  [[nodiscard]] static core::Result<Writer> create(const std::filesystem::path& root,
                                                   const NewFile& file, keystore::KeyStore& keys);

  /// Writes the header into an empty file at hand, for a key that is on disk already. Salt and
  /// nonce prefix are made here, whatever `header` has: no two files share them. `name` is what
  /// faults call it. For recovery and tests.
  [[nodiscard]] static core::Result<Writer> start(os::Fd file, std::filesystem::path name,
                                                  Header header, const keystore::DataKey& key);

  Writer(Writer&&) noexcept = default;
  Writer& operator=(Writer&&) noexcept = default;

  /// Appends a whole segment: exactly format.segment_size() bytes. Not after finalise().
  [[nodiscard]] core::Result<void> append(core::ByteView segment);
  /// Appends the last segment (empty up to whole, whole frames) and closes the file. A writer that
  /// is destroyed without it leaves an unfinalised file, as a crash does.
  [[nodiscard]] core::Result<void> finalise(core::ByteView last);

  const std::filesystem::path& relative_path() const noexcept { return relative_path_; }
  const keystore::KeyId& key_id() const noexcept { return key_id_; }
  const Header& header() const noexcept { return header_; }
  /// Whole segments written so far, the last one included.
  std::uint32_t segments() const noexcept { return next_index_; }
  /// The file's length.
  core::ByteCount bytes() const noexcept { return core::ByteCount{file_size_}; }
  bool is_finalised() const noexcept { return is_finalised_; }
  /// The open file, for syncfs; -1 after finalise().
  int descriptor() const noexcept { return file_.get(); }

 private:
  Writer(os::Fd file, std::filesystem::path name, const Header& header, keystore::KeyId key_id,
         crypto::Aead aead);
  core::Result<void> append_segment(core::ByteView plaintext, bool is_last);

  os::Fd file_;
  std::filesystem::path relative_path_;
  Header header_;
  keystore::KeyId key_id_;
  crypto::Aead aead_;
  std::uint64_t file_size_ = kHeaderSize;
  std::uint32_t next_index_ = 0;
  bool is_finalised_ = false;
  std::optional<core::Fault> failure_;
};

}  // namespace trunkline::sealed
