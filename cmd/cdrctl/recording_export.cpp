// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "audio/sound_writer.h"
#include "cdrctl/commands.h"
#include "cdrctl/recorded_audio.h"
#include "cli/interrupt.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0600;  // what was said on the telephone is not for everybody

/// A file under a name of its own until it is whole; without keep() nothing stays.
class PartFile {
 public:
  explicit PartFile(fs::path target)
      : target_(std::move(target)), part_(target_.string() + fmt::format(".{}.part", ::getpid())) {}
  ~PartFile() {
    if (!part_.empty()) (void)::unlink(part_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  os::Fd open() const {
    os::Fd file(::open(part_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (!file) throw not_made(errno);
    return file;
  }
  void keep(bool may_replace) {
    const unsigned flags = may_replace ? 0 : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, target_.c_str(), flags) != 0) {
      if (errno != EINVAL) throw not_made(errno);
      // A file system that cannot tell (NFS): export_recording() looked before.
      if (::rename(part_.c_str(), target_.c_str()) != 0) throw not_made(errno);
    }
    part_.clear();
  }

 private:
  core::Error not_made(int error_number) const {
    return core::Error(
        core::ExitCode::cannot_create,
        fmt::format("cannot make '{}': {}", target_.string(), os::text_of_errno(error_number)),
        error_number == EEXIST ? "take another name, or --force to replace it" : "");
  }
  fs::path target_;
  fs::path part_;
};

audio::FileType type_of(cli::Context& context, const fs::path& target) {
  if (context.has("--format"))
    return core::value_or_throw(audio::parse_file_type(context.value("--format")));
  if (const auto type = audio::file_type_of(target)) return *type;
  throw core::Error(core::ExitCode::usage,
                    fmt::format("cannot tell the format from the name '{}'", target.string()),
                    "end it in .wav, .flac, .opus or .ogg, or say --format");
}

core::ExitCode export_recording(cli::Context& context) {
  const fs::path target = context.value("FILE");
  if (target == "-")
    throw core::Error(core::ExitCode::usage, "cannot write a sound file to standard output",
                      "cdrctl recording cat writes a WAV stream there");
  const audio::FileType type = type_of(context, target);
  std::error_code error;
  if (!context.has("--force") && fs::exists(target, error))
    throw core::Error(core::ExitCode::cannot_create,
                      fmt::format("cannot make '{}': it exists", target.string()),
                      "take another name, or --force to replace it");
  // Before recorderd is asked: an access that gives nothing is not in the audit log.
  const cli::InterruptHold interrupt;
  PartFile part(target);
  os::Fd file = part.open();
  RecordedAudio audio = RecordedAudio::open(context, "recording export");
  audio::SoundWriter writer =
      core::value_or_throw(audio::SoundWriter::begin(std::move(file), type, audio.format()));
  audio.pass_samples([&](core::ByteView samples) {
    writer.write(samples);
    return !interrupt.is_requested();
  });
  if (interrupt.is_requested()) return core::ExitCode::interrupted;
  writer.finish();
  part.keep(context.has("--force"));
  const std::uint64_t bytes = fs::file_size(target, error);
  context.out().record("recording_export.v1",
                       {{"file", target.string()},
                        {"recording", audio.recording().recording.text()},
                        {"format", std::string(audio::name_of(type))},
                        {"length", context.out().duration(audio.duration())},
                        {"size", context.out().size(core::ByteCount(bytes))}},
                       {{"file", target.string()},
                        {"recording", audio.recording().recording.text()},
                        {"format", audio::name_of(type)},
                        {"duration_ms", audio.duration().count()},
                        {"channels", audio.format().channels},
                        {"sample_rate", audio.format().sample_rate},
                        {"bytes", bytes}});
  audio.warn_if_incomplete(context);
  return core::ExitCode::done;
}

}  // namespace

cli::Command recording_export() {
  std::vector<cli::Option> options = audio_options("recording export");
  options.push_back({.name = "--format",
                     .help = "wav, flac or opus, where the name of the file does not say it",
                     .value = "FORMAT",
                     .choices = audio::file_type_names()});
  options.push_back({.name = "--force", .help = "replace a file that is there"});
  std::vector<cli::ExitNote> exits = audio_exits();
  exits.push_back({core::ExitCode::cannot_create, "the file is there already, or cannot be made"});
  return {
      .path = "recording export",
      .summary = "write a recording into a sound file",
      .description =
          "Makes a sound file that other programs read: WAV (16-bit linear), FLAC (the same, about "
          "half as long) or Opus in Ogg (a tenth, for listening). Left is the caller, right the "
          "called. With --from and --to only that part is decrypted. recorderd notes who, when and "
          "why in the audit log before the first byte.\n\n"
          "The file has mode 600 and appears under its name when it is whole. From then on nobody "
          "notes who hears it, and it outlives the recording's erasure.",
      .arguments = {recording_argument(),
                    {.name = "FILE",
                     .help = "the file to make: .wav, .flac, .opus or .ogg",
                     .complete = cli::Complete::file}},
      .options = std::move(options),
      .exits = std::move(exits),
      .examples = {{"cdrctl recording export last call.flac", "the last recording"},
                   {"cdrctl recording export 101 part.opus --from 12:00 --to 12:30 --reason "
                    "'complaint 4711'",
                    "half a minute of 101's last one"}},
      .run = export_recording};
}

}  // namespace trunkline::commands
