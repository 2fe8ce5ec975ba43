// SPDX-License-Identifier: MIT
#pragma once

// Reads sealed files: whole or in part, finished or still being written or left by a crash. Only
// plaintext whose tag was verified is ever handed out, and only the segments asked for are read.
//
// A file without a last segment is "not finalised": its whole segments are read all the same. What
// was cut from a finalised file by somebody else looks like that, too, so who knows that a file was
// finalised (the recording's row says `complete`) calls verify() with Expected::finalised.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"
#include "keystore/key_store.h"
#include "os/fd.h"
#include "sealed/format.h"

namespace trunkline::sealed {

enum class Expected : std::uint8_t { anything, finalised };

/// One thread at a time.
class [[nodiscard]] Reader {
 public:
  /// Opens the file, takes its recording's key from the store, and finds its end. Faults: no_input
  /// (no file; no key: erased), config (the ring lacks the KEK), data (not a sealed file; header
  /// damaged; bytes were appended; nothing in it can be opened).
  [[nodiscard]] static core::Result<Reader> open(const std::filesystem::path& path,
                                                 const keystore::KeyStore& keys);
  /// The same for an open file whose data key is at hand. `name` is what faults call it.
  [[nodiscard]] static core::Result<Reader> open(os::Fd file, const core::Secret& data_key,
                                                 std::string name);

  const Header& header() const noexcept { return header_; }
  bool is_finalised() const noexcept { return is_finalised_; }
  /// Segments that can be read, the last one included.
  std::uint32_t segments() const noexcept { return segments_; }
  /// Plaintext bytes of all of them.
  std::uint64_t size() const noexcept { return size_; }
  /// Zero where the samples are packed: packing::Source knows.
  core::Milliseconds duration() const noexcept;
  /// Bytes after the last whole segment of a file that is not finalised: a write that a crash cut.
  std::uint64_t torn_bytes() const noexcept { return torn_bytes_; }

  /// The plaintext of one segment, below segments(). A fault (data) names the segment that was
  /// changed. The view is valid until the next read.
  [[nodiscard]] core::Result<core::ByteView> segment(std::uint32_t index);

  /// Fills `bytes` with plaintext from `offset` on, across segments; returns how many there were:
  /// fewer only at the end.
  [[nodiscard]] core::Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> bytes);
  /// The offset of the frame that is played at `moment` after the start; size() at the most. Not of
  /// packed samples.
  std::uint64_t offset_at(core::Milliseconds moment) const noexcept;

  /// Looks again whether the file has grown or was finalised since: for following a live recording.
  [[nodiscard]] core::Result<void> refresh();

  /// Opens every segment. The fault says which of these it is, and where: a segment was changed;
  /// bytes were appended after the end; the file was cut (only with Expected::finalised).
  [[nodiscard]] core::Result<void> verify(Expected expected);

 private:
  Reader(os::Fd file, std::string name, const Header& header, crypto::Aead aead);

  core::Result<void> find_end();
  std::uint64_t place_of(std::uint32_t index) const noexcept;
  std::size_t plain_size_of(std::uint32_t index) const noexcept;
  /// Whether the segment opens as that; its plaintext is in plain_ then.
  core::Result<bool> opens(std::uint32_t index, std::size_t plain_size, bool is_last);
  /// The size of a short last segment that begins there and has foreign bytes behind it, if there
  /// is one: tries every size, about 0.1 s for 2 s of telephone audio. Gives up on huge segments.
  core::Result<std::optional<std::size_t>> find_buried_end(std::uint32_t index);
  /// That the torn bytes are no such segment.
  core::Result<void> check_tail();
  core::Result<core::Fault> explain(std::uint32_t index);
  core::Fault appended(std::uint64_t count) const;
  core::Fault changed(std::uint32_t index) const;

  os::Fd file_;
  std::string name_;
  Header header_;
  crypto::Aead aead_;
  core::Bytes sealed_;  ///< one segment as it is in the file
  core::Bytes plain_;   ///< the segment that was opened last
  std::optional<std::uint32_t> opened_;
  std::uint64_t size_ = 0;
  std::uint64_t torn_bytes_ = 0;
  std::uint32_t segments_ = 0;
  bool is_finalised_ = false;
};

}  // namespace trunkline::sealed
