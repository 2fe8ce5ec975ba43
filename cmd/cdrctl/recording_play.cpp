// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>

#include "audio/g711.h"
#include "audio/wav.h"
#include "cdrctl/commands.h"
#include "cdrctl/recorded_audio.h"
#include "cli/interrupt.h"
#include "core/text.h"
#include "os/process.h"

namespace trunkline::commands {
namespace {

constexpr double kSlowest = 0.5;
constexpr double kFastest = 2.0;
constexpr core::Milliseconds kGrace{2'000};

using Words = std::vector<std::string>;

/// A program that plays a WAV stream from its standard input and ends with it.
struct Player {
  const char* program;
  Words (*arguments)();
  Words (*at_speed)(const std::string& speed);  ///< further ones; nullptr where it cannot
};

const std::array kPlayers = {
    Player{"ffplay", [] { return Words{"-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"}; },
           [](const std::string& speed) {
             return Words{"-af", "atempo=" + speed};
           }},
    Player{"mpv",
           [] {
             return Words{"--no-terminal", "--no-video", "-"};
           },
           [](const std::string& speed) { return Words{"--speed=" + speed}; }},
    Player{"play",
           [] {
             return Words{"-q", "-t", "wav", "-"};
           },  // SoX
           [](const std::string& speed) {
             return Words{"tempo", "-s", speed};
           }},
    Player{"aplay",
           [] {
             return Words{"-q", "-"};
           },
           nullptr}};

std::optional<std::string> speed_of(cli::Context& context) {
  if (!context.has("--speed")) return std::nullopt;
  const std::string text = context.value("--speed");
  double speed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
  if (error != std::errc{} || end != text.data() + text.size() || !(speed >= kSlowest) ||
      !(speed <= kFastest))
    throw core::Error(
        core::ExitCode::usage,
        fmt::format("--speed must be a number from 0.5 to 2, not '{}'", core::printable(text)));
  return fmt::format("{:.2f}", speed);
}

/// --player, else the environment's: a shell's line, as of a pager.
std::string own_player(cli::Context& context) {
  if (context.has("--player")) return context.value("--player");
  const char* const named = std::getenv("TRUNKLINE_PLAYER");
  return named == nullptr ? "" : named;
}

Words player_command(cli::Context& context) {
  const std::optional<std::string> speed = speed_of(context);
  if (const std::string own = own_player(context); !own.empty()) {
    if (speed)
      throw core::Error(core::ExitCode::usage, "cannot tell another player how fast to play",
                        "leave --speed away and give the player its own flag");
    return {"/bin/sh", "-c", own};
  }
  bool is_slow_one_there = false;
  for (const Player& player : kPlayers) {
    const auto path = os::find_program(player.program);
    if (!path) continue;
    if (speed && player.at_speed == nullptr) {
      is_slow_one_there = true;
      continue;
    }
    Words command = player.arguments();
    command.insert(command.begin(), path->string());
    if (speed) {
      const Words more = player.at_speed(*speed);
      command.insert(command.end(), more.begin(), more.end());
    }
    return command;
  }
  throw core::Error(core::ExitCode::unavailable,
                    is_slow_one_there ? "cannot play at another speed: aplay has none"
                                      : "cannot find a program that plays sound",
                    "install ffmpeg, mpv, sox or alsa-utils, or name one that reads WAV from its "
                    "standard input: --player");
}

/// False where the player reads no more.
bool write_all(int pipe, core::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(pipe, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) return false;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// As 16-bit linear, which every player knows.
void feed(RecordedAudio& audio, int pipe, const cli::InterruptHold& interrupt) {
  const audio::Format format = audio.format();
  const audio::Format linear{
      .codec = audio::Codec::s16le, .channels = format.channels, .sample_rate = format.sample_rate};
  if (!write_all(pipe, audio::wav_header(linear, std::nullopt))) return;
  audio.pass_samples([&](core::ByteView samples) {
    if (interrupt.is_requested()) return false;
    if (format.codec == audio::Codec::s16le) return write_all(pipe, samples);
    return write_all(
        pipe, audio::from_linear(audio::Codec::s16le, audio::to_linear(format.codec, samples)));
  });
}

core::ExitCode play_recording(cli::Context& context) {
  const Words command = player_command(context);
  RecordedAudio audio = RecordedAudio::open(context, "recording play");
  const cli::InterruptHold interrupt;
  os::Pipe pipe = os::make_pipe();
  os::Child player = core::value_or_throw(
      os::Child::spawn({.arguments = command, .input = os::Stream::of(pipe.read_end.get())}));
  pipe.read_end.reset();
  const catalogue::Recording& recording = audio.recording();
  context.note(fmt::format("playing {} of {}: {} left, {} right",
                           core::to_clock_text(std::chrono::round<core::Seconds>(audio.duration())),
                           cli::tail(recording.recording.text()),
                           recording.caller.empty() ? "the caller" : recording.caller,
                           recording.called.empty() ? "the called" : recording.called));
  feed(audio, pipe.write_end.get(), interrupt);
  pipe.write_end.reset();
  while (!interrupt.is_requested()) {
    const auto exit = player.wait(kGrace);
    if (!exit) continue;
    if (!exit->is_success())
      throw core::Error(core::ExitCode::failed,
                        fmt::format("the player {} ended with {}", command.back(), exit->text()),
                        "try another: --player");
    audio.warn_if_incomplete(context);
    return core::ExitCode::done;
  }
  (void)player.terminate(kGrace);  // however it ended, we were told to
  return core::ExitCode::interrupted;
}

}  // namespace

cli::Command recording_play() {
  std::vector<cli::Option> options = audio_options("recording play");
  options.push_back({.name = "--speed",
                     .help = "faster or slower at the same pitch: 0.5 to 2",
                     .value = "FACTOR"});
  options.push_back(
      {.name = "--player",
       .help = "a shell command that plays WAV from its standard input ($TRUNKLINE_PLAYER)",
       .value = "COMMAND"});
  std::vector<cli::ExitNote> exits = audio_exits();
  exits.push_back({core::ExitCode::unavailable, "no program that plays sound is installed"});
  exits.push_back({core::ExitCode::failed, "the player failed"});
  exits.push_back({core::ExitCode::interrupted, "you pressed Ctrl-C"});
  return {.path = "recording play",
          .summary = "play a recording on this computer's loudspeaker",
          .description =
              "Gives the decrypted audio to the first of ffplay, mpv, play (SoX) and aplay that is "
              "installed: the caller left, the called right. recorderd notes who, when and why in "
              "the audit log before the first byte. Nothing is written to a disk.",
          .arguments = {recording_argument()},
          .options = std::move(options),
          .exits = std::move(exits),
          .examples = {{"cdrctl recording play last", "the last recording"},
                       {"cdrctl recording play 101 --from 1:30 --speed 1.5 --reason 'training'",
                        "a part of one, faster"},
                       {"cdrctl recording play last --player 'ssh desk aplay -q -'",
                        "on the computer that has the loudspeaker"}},
          .run = play_recording};
}

}  // namespace trunkline::commands
