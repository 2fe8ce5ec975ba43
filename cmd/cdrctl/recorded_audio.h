// SPDX-License-Identifier: MIT
#pragma once

// A recording's audio on its way from recorderd to a verb: decrypted there, noted in the audit log
// before its first byte, streamed here.

#include <functional>
#include <string>
#include <vector>

#include "audio/codec.h"
#include "catalogue/recordings.h"
#include "cli/context.h"
#include "core/time.h"
#include "os/fd.h"

namespace trunkline::commands {

/// RECORDING, as every verb that hands out audio takes it.
cli::Argument recording_argument();
/// --reason, --from and --to; `verb` is the reason where none is given.
std::vector<cli::Option> audio_options(std::string verb);
std::vector<cli::ExitNote> audio_exits();

class RecordedAudio {
 public:
  /// What the arguments of the verb name, in the range of --from and --to. Throws core::Error.
  static RecordedAudio open(cli::Context& context, std::string_view verb);

  const catalogue::Recording& recording() const noexcept { return recording_; }
  const audio::Format& format() const noexcept { return format_; }
  /// Of what is handed out.
  core::Milliseconds duration() const noexcept { return duration_; }

  /// Passes all of it on, block by block, the WAV header first, until `use` says false. Throws
  /// core::Error (io) where recorderd ends before the end.
  void pass_wav(const std::function<bool(core::ByteView)>& use);
  /// The same without the header: samples in format().
  void pass_samples(const std::function<bool(core::ByteView)>& use);
  /// "this recording is failed", on stderr.
  void warn_if_incomplete(const cli::Context& context) const;

 private:
  void pass(std::uint64_t skipped, const std::function<bool(core::ByteView)>& use);

  catalogue::Recording recording_;
  audio::Format format_;
  core::Milliseconds duration_{0};
  std::uint64_t bytes_ = 0;  ///< of the WAV
  os::Fd pipe_;
};

}  // namespace trunkline::commands
