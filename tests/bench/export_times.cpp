// SPDX-License-Identifier: MIT

// export_times FOLDER SPEECH.ulaw ROUNDS
//
// Seals an hour of stereo from SPEECH (raw 8 kHz mu-law, both channels interleaved, repeated as
// needed), hands it out as recorderd does and writes it as each type of sound file into FOLDER, as
// `cdrctl recording export` does. Prints a line "TYPE hour|middle MILLISECONDS CPU-MILLISECONDS"
// for each round: from the request to the closed file, the process already there.

#include <fmt/format.h>
#include <unistd.h>

#include <fcntl.h>
#include <sys/resource.h>

#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "audio/sound_writer.h"
#include "audio/wav.h"
#include "mediaplane/playbacks.h"
#include "os/loop.h"
#include "os/system_fault.h"
#include "sealed/writer.h"

namespace {

namespace audio = trunkline::audio;
namespace core = trunkline::core;
namespace fs = std::filesystem;
namespace keystore = trunkline::keystore;
namespace mediaplane = trunkline::mediaplane;
namespace os = trunkline::os;
namespace sealed = trunkline::sealed;
using core::value_or_throw;

constexpr core::Milliseconds kHour{3'600'000};
constexpr core::Milliseconds kMiddle{1'795'000};
constexpr core::Milliseconds kTenSeconds{10'000};
constexpr sealed::Format kFormat{
    .codec = sealed::Codec::mulaw, .channels = 2, .sample_rate = 8000, .segment_ms = 2000};

core::Bytes read_speech(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const core::ByteView bytes = core::as_bytes(text);
  if (bytes.size() < kFormat.segment_size())
    throw core::Error(core::ExitCode::no_input, "too little speech in " + path.string());
  return {bytes.begin(), bytes.end()};
}

fs::path seal_an_hour(const fs::path& folder, const core::Bytes& speech, keystore::KeyStore& keys) {
  const core::Time now = core::system_clock().wall();
  const core::RecordingId recording = core::RecordingId::make(now);
  auto writer = value_or_throw(sealed::Writer::create(
      folder, {.recording = recording, .format = kFormat, .started_at = now}, keys));
  const std::size_t segment = kFormat.segment_size();
  const std::size_t in_speech = speech.size() / segment;
  const auto segments = static_cast<std::size_t>(kHour.count() / kFormat.segment_ms);
  for (std::size_t i = 0; i < segments; ++i)
    value_or_throw(writer.append(core::ByteView(speech).subspan(i % in_speech * segment, segment)));
  value_or_throw(writer.finalise({}));
  return folder / writer.relative_path();
}

/// What the tool does with the pipe.
void write_file(const os::Fd& pipe, audio::FileType type, const fs::path& path) {
  os::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) throw os::system_error("make " + path.string(), errno);
  const audio::Format format{.codec = audio::Codec::mulaw, .channels = 2, .sample_rate = 8000};
  auto writer = value_or_throw(audio::SoundWriter::begin(std::move(file), type, format));
  std::size_t header = audio::wav_header(format, std::nullopt).size();
  std::array<std::byte, 65'536> block{};
  while (true) {
    const ssize_t count = ::read(pipe.get(), block.data(), block.size());
    if (count < 0) throw os::system_error("read audio", errno);
    if (count == 0) break;
    const auto got = static_cast<std::size_t>(count);
    const std::size_t skipped = std::min(header, got);
    header -= skipped;
    writer.write(core::ByteView(block).first(got).subspan(skipped));
  }
  writer.finish();
}

/// User and system time of all threads so far.
double cpu_ms() {
  rusage used{};
  (void)::getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

struct Took {
  double wall_ms = 0;
  double cpu_ms = 0;
};

Took export_once(mediaplane::Playbacks& playbacks, os::Loop& loop, const fs::path& sealed_file,
                 const mediaplane::PlaybackRange& range, audio::FileType type,
                 const fs::path& target) {
  fs::remove(target);  // the tool always makes a new file
  const double cpu_before = cpu_ms();
  const auto begun = core::system_clock().steady();
  core::SteadyTime ended;
  std::jthread tool;
  playbacks.play(sealed_file, range, [&](core::Result<mediaplane::Opened> opened) {
    mediaplane::Opened playing = value_or_throw(std::move(opened));
    tool = std::jthread([&, pipe = std::move(playing.read_end)] {
      write_file(pipe, type, target);
      ended = core::system_clock().steady();
      loop.post([] {});
    });
  });
  while (ended == core::SteadyTime{} || playbacks.running() > 0) loop.run_once(core::Seconds(10));
  return {.wall_ms = std::chrono::duration<double, std::milli>(ended - begun).count(),
          .cpu_ms = cpu_ms() - cpu_before};
}

void run(const fs::path& folder, const fs::path& speech, int rounds) {
  const core::Time now = core::system_clock().wall();
  keystore::KeyStore keys(folder / "keys.db", keystore::KeyRing::generate(now));
  fs::create_directories(folder / "recordings");
  const fs::path file = seal_an_hour(folder / "recordings", read_speech(speech), keys);
  os::Loop loop;
  mediaplane::Playbacks playbacks(loop, keys);
  for (int round = 0; round < rounds; ++round) {
    for (const std::string& name : audio::file_type_names()) {
      const audio::FileType type = value_or_throw(audio::parse_file_type(name));
      const fs::path target = folder / ("export." + name);
      const Took hour = export_once(playbacks, loop, file, {}, type, target);
      const Took middle = export_once(playbacks, loop, file,
                                      {.from = kMiddle, .to = kMiddle + kTenSeconds}, type, target);
      for (const auto& [what, took] : {std::pair("hour", hour), std::pair("middle", middle)})
        std::cout << fmt::format("{} {} {:.2f} {:.2f}\n", name, what, took.wall_ms, took.cpu_ms);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: export_times FOLDER SPEECH.ulaw ROUNDS\n";
    return static_cast<int>(core::ExitCode::usage);
  }
  try {
    run(argv[1], argv[2], std::stoi(argv[3]));
    return 0;
  } catch (const core::Error& error) {
    std::cerr << "export_times: " << error.fault().message << '\n';
    return static_cast<int>(error.fault().code);
  }
}
