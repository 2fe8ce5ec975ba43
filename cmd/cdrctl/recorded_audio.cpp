// SPDX-License-Identifier: MIT
#include "cdrctl/recorded_audio.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "audio/wav.h"
#include "catalogue/place.h"
#include "cdrctl/ledger.h"
#include "cdrctl/recording.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

constexpr std::size_t kBlockBytes = 65'536;

catalogue::Recording find(cli::Context& context, std::string_view verb) {
  const std::string which = context.value("RECORDING");
  std::optional<catalogue::Recording> found;
  with_ledger(
      context, verb,
      [&](db::Connection& connection) {
        found = core::value_or_throw(catalogue::find_recording(connection, which));
      },
      [&] { found = find_at_recorderd(context, which); });
  return std::move(*found);
}

std::optional<core::Milliseconds> place(cli::Context& context, std::string_view option) {
  if (!context.has(option)) return std::nullopt;
  return core::value_or_throw(catalogue::parse_place(context.value(option)));
}

}  // namespace

cli::Argument recording_argument() {
  return {.name = "RECORDING",
          .help = "id of it or its call, or the end; SIP Call-ID, number, or last"};
}

std::vector<cli::Option> audio_options(std::string verb) {
  return {{.name = "--from", .help = "begin at this place: 90s, 1:30, 1:02:03", .value = "PLACE"},
          {.name = "--to", .help = "end at this place", .value = "PLACE"},
          {.name = "--reason",
           .help = "why, for the audit log",
           .value = "TEXT",
           .fallback = "cdrctl " + std::move(verb)}};
}

std::vector<cli::ExitNote> audio_exits() {
  return {{core::ExitCode::no_input, "there is no such recording, or it was erased"},
          {core::ExitCode::unavailable, "recorderd is not running"},
          {core::ExitCode::io, "the audio could not be read to its end, or not written"}};
}

RecordedAudio RecordedAudio::open(cli::Context& context, std::string_view verb) {
  const auto from = place(context, "--from");
  const auto to = place(context, "--to");
  if (to && *to <= from.value_or(core::Milliseconds{0}))
    throw core::Error(core::ExitCode::usage, "the range ends before it begins",
                      "--to is a place in the recording, not a length");
  RecordedAudio audio;
  audio.recording_ = find(context, verb);
  core::Json args = {{"recording", audio.recording_.recording.text()},
                     {"call", audio.recording_.call.text()},
                     {"tenant", audio.recording_.tenant.text()},
                     {"reason", context.value("--reason")}};
  if (from) args["from_ms"] = from->count();
  if (to) args["to_ms"] = to->count();
  auto opened = core::value_or_throw(
      recorderd(context).call_for_descriptor("recording.open", std::move(args)));
  audio.pipe_ = std::move(opened.descriptor);
  const core::Json& about = opened.result;
  audio.bytes_ = static_cast<std::uint64_t>(core::number_at(about, "bytes"));
  audio.duration_ = core::Milliseconds(core::number_at(about, "duration_ms"));
  audio.format_ = {
      .codec = core::value_or_throw(audio::parse_codec(core::text_at(about, "codec"))),
      .channels = static_cast<std::uint16_t>(core::number_at(about, "channels")),
      .sample_rate = static_cast<std::uint32_t>(core::number_at(about, "sample_rate"))};
  if (audio.duration_ == core::Milliseconds{0} && from)
    context.warn("there is no audio in this range",
                 "see how long the recording is: cdrctl recording show " +
                     std::string(cli::tail(audio.recording_.recording.text())));
  return audio;
}

void RecordedAudio::pass_wav(const std::function<bool(core::ByteView)>& use) {
  pass(0, use);
}

void RecordedAudio::pass_samples(const std::function<bool(core::ByteView)>& use) {
  pass(audio::wav_header(format_, std::nullopt).size(), use);
}

void RecordedAudio::pass(std::uint64_t skipped, const std::function<bool(core::ByteView)>& use) {
  std::array<std::byte, kBlockBytes> block{};
  std::uint64_t passed = 0;
  while (true) {
    const ssize_t count = ::read(pipe_.get(), block.data(), block.size());
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw os::system_error("read audio from recorderd", errno);
    const auto got = static_cast<std::size_t>(count);
    const auto left_out =
        static_cast<std::size_t>(std::min<std::uint64_t>(got, skipped - std::min(skipped, passed)));
    passed += got;
    if (!use(core::ByteView(block).first(got).subspan(left_out))) return;
  }
  if (passed < bytes_)
    throw core::Error(core::ExitCode::io,
                      fmt::format("the recording ended after {} of {} bytes", passed, bytes_),
                      "recorderd's log says why it could not be read to its end");
}

void RecordedAudio::warn_if_incomplete(const cli::Context& context) const {
  if (recording_.status != "complete")
    context.warn("this recording is " + recording_.status, recording_.reason);
}

}  // namespace trunkline::commands
