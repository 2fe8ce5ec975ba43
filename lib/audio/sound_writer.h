// SPDX-License-Identifier: MIT
#pragma once

// Sound files for other programs: WAV (16-bit linear), FLAC (RFC 9639) and Ogg Opus (RFC 7845),
// written block by block through libsndfile, Opus by OpusFile. A file type is a row here.

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "audio/codec.h"
#include "core/bytes.h"
#include "core/error.h"
#include "os/fd.h"

namespace trunkline::audio {

enum class FileType : std::uint8_t { wav, flac, opus };

/// "wav", "flac", "opus".
std::string_view name_of(FileType type);
std::vector<std::string> file_type_names();
/// Faults: usage, with the names there are.
[[nodiscard]] core::Result<FileType> parse_file_type(std::string_view name);
/// By the end of the name, in any case: ".wav", ".flac", ".opus" or ".ogg".
std::optional<FileType> file_type_of(const std::filesystem::path& file);

/// One file from its first to its last sample.
class [[nodiscard]] SoundWriter {
 public:
  /// Writes to `file`, an empty regular file opened for reading and writing. `format` is that of
  /// the samples that will come. Opus takes 8, 12, 16, 24 and 48 kHz and two channels at the most;
  /// other formats are a fault (data).
  [[nodiscard]] static core::Result<SoundWriter> begin(os::Fd file, FileType type,
                                                       const Format& format);
  SoundWriter(SoundWriter&&) noexcept;
  SoundWriter& operator=(SoundWriter&&) noexcept;
  /// Without finish() the file stays a part.
  ~SoundWriter();

  /// Interleaved samples in the format's codec, cut anywhere. Throws core::Error (io).
  void write(core::ByteView samples);
  /// Writes what is left and closes the file, which is not synced (fsync). Throws core::Error (io).
  void finish();

 private:
  struct State;
  explicit SoundWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::audio
