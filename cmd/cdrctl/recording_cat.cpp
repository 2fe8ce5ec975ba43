// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <array>
#include <cerrno>

#include "catalogue/recordings.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cdrctl/recording.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

constexpr std::size_t kChunk = 64 * 1024;

catalogue::Recording find(cli::Context& context) {
  const std::string which = context.value("RECORDING");
  std::optional<catalogue::Recording> found;
  with_ledger(
      context, "recording cat",
      [&](db::Connection& connection) {
        found = core::value_or_throw(catalogue::find_recording(connection, which));
      },
      [&] { found = find_at_recorderd(context, which); });
  return std::move(*found);
}

void copy_to_stdout(cli::Output& out, const os::Fd& audio) {
  std::array<std::byte, kChunk> chunk{};
  while (true) {
    const ssize_t count = ::read(audio.get(), chunk.data(), chunk.size());
    if (count == 0) return;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw os::system_error("read audio from recorderd", errno);
    out.bytes(core::ByteView(chunk).first(static_cast<std::size_t>(count)));
  }
}

core::ExitCode run(cli::Context& context) {
  if (::isatty(STDOUT_FILENO) == 1) {
    throw core::Error(core::ExitCode::usage, "cannot write audio to a terminal",
                      "pipe it to a player or into a file: cdrctl recording cat last | ffplay -");
  }
  const catalogue::Recording recording = find(context);
  const auto opened = core::value_or_throw(recorderd(context).call_for_descriptor(
      "recording.open", {{"recording", recording.recording.text()},
                         {"call", recording.call.text()},
                         {"tenant", recording.tenant.text()},
                         {"reason", context.value("--reason")}}));
  copy_to_stdout(context.out(), opened.descriptor);
  if (recording.status != "complete") {
    context.warn("this recording is " + recording.status,
                 recording.reason.empty() ? "" : recording.reason);
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command recording_cat() {
  return {.path = "recording cat",
          .summary = "write a recording's audio to stdout",
          .description =
              "Writes the decrypted audio as a WAV stream: left is the caller, right the called. "
              "recorderd decrypts it and notes who, when and why in the audit log before the first "
              "byte.",
          .arguments = {{.name = "RECORDING",
                         .help = "id of it or its call, or the end; SIP Call-ID, number, or last"}},
          .options = {{.name = "--reason",
                       .help = "why, for the audit log",
                       .value = "TEXT",
                       .fallback = "cdrctl recording cat"}},
          .exits = {{core::ExitCode::no_input, "there is no such recording, or it was erased"},
                    {core::ExitCode::usage, "stdout is a terminal"},
                    {core::ExitCode::unavailable, "recorderd is not running"}},
          .examples = {{"cdrctl recording cat last | ffplay -", "listen to the last recording"},
                       {"cdrctl recording cat 101 --reason 'complaint 4711' > call.wav",
                        "keep one as a file, with the reason in the audit log"}},
          .run = run};
}

}  // namespace trunkline::commands
