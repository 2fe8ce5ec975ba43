// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "cdrctl/commands.h"
#include "cdrctl/recorded_audio.h"

namespace trunkline::commands {
namespace {

core::ExitCode stream_recording(cli::Context& context) {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw core::Error(core::ExitCode::usage, "cannot write audio to a terminal",
                      "listen to it: cdrctl recording play; or put it into a file: cdrctl "
                      "recording export");
  }
  RecordedAudio audio = RecordedAudio::open(context, "recording cat");
  audio.pass_wav([&](core::ByteView bytes) {
    context.out().bytes(bytes);
    return true;
  });
  audio.warn_if_incomplete(context);
  return core::ExitCode::done;
}

}  // namespace

cli::Command recording_cat() {
  std::vector<cli::ExitNote> exits = audio_exits();
  exits.push_back({core::ExitCode::usage, "stdout is a terminal"});
  return {.path = "recording cat",
          .summary = "write a recording's audio to stdout",
          .description =
              "Writes the decrypted audio as a WAV stream in the codec it was recorded in: left is "
              "the caller, right the called. recorderd decrypts it and notes who, when and why in "
              "the audit log before the first byte.",
          .arguments = {recording_argument()},
          .options = audio_options("recording cat"),
          .exits = std::move(exits),
          .examples = {{"cdrctl recording cat last | ffplay -", "listen to the last recording"},
                       {"cdrctl recording cat 101 --reason 'complaint 4711' > call.wav",
                        "keep one as a file, with the reason in the audit log"}},
          .run = stream_recording};
}

}  // namespace trunkline::commands
