// SPDX-License-Identifier: MIT
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "audio/virtual_io.h"
#include "audio/wav.h"
#include "core/cptr.h"

namespace trunkline::audio {
namespace {

using SoundFile = core::CPtr<SNDFILE, sf_close>;

constexpr int kMostChannels = 8;
constexpr std::size_t kMostSamples = std::size_t{48000} * 2 * 3600;
constexpr std::size_t kBlockSamples = 16384;

/// libsndfile reads from memory through these; an exception never enters them.
struct ReadMemory {
  core::ByteView bytes;
  sf_count_t position = 0;

  static sf_count_t length(void* user) noexcept {
    return static_cast<sf_count_t>(static_cast<ReadMemory*>(user)->bytes.size());
  }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) noexcept {
    auto& memory = *static_cast<ReadMemory*>(user);
    const sf_count_t base =
        whence == SEEK_SET ? 0 : (whence == SEEK_CUR ? memory.position : length(user));
    memory.position = std::clamp<sf_count_t>(base + offset, 0, length(user));
    return memory.position;
  }
  static sf_count_t read(void* out, sf_count_t count, void* user) noexcept {
    auto& memory = *static_cast<ReadMemory*>(user);
    const sf_count_t taken = std::clamp<sf_count_t>(length(user) - memory.position, 0, count);
    std::memcpy(out, memory.bytes.data() + memory.position, static_cast<std::size_t>(taken));
    memory.position += taken;
    return taken;
  }
  static sf_count_t write(const void*, sf_count_t, void*) noexcept { return 0; }
  static sf_count_t tell(void* user) noexcept { return static_cast<ReadMemory*>(user)->position; }
};

core::Result<Clip> read_all(SNDFILE* file, const SF_INFO& info) {
  Clip clip{.sample_rate = static_cast<std::uint32_t>(info.samplerate),
            .channels = static_cast<std::uint16_t>(info.channels),
            .samples = {}};
  // Block by block, because a header may promise more than the file has.
  const std::size_t frames = kBlockSamples / clip.channels;
  std::vector<short> block(frames * clip.channels);
  while (true) {
    const sf_count_t got = sf_readf_short(file, block.data(), static_cast<sf_count_t>(frames));
    if (got <= 0) return clip;
    const auto samples = static_cast<std::size_t>(got) * clip.channels;
    if (clip.samples.size() + samples > kMostSamples) {
      return core::fault(core::ExitCode::data, "WAV is longer than an hour of 48 kHz stereo");
    }
    clip.samples.insert(clip.samples.end(), block.begin(),
                        block.begin() + static_cast<std::ptrdiff_t>(samples));
  }
}

int sound_format(Codec codec) {
  switch (codec) {
    case Codec::mulaw:
      return SF_FORMAT_WAV | SF_FORMAT_ULAW;
    case Codec::alaw:
      return SF_FORMAT_WAV | SF_FORMAT_ALAW;
    case Codec::s16le:
      break;
  }
  return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
}

core::Error not_written(const std::filesystem::path& path, const char* why) {
  return core::Error(core::ExitCode::cannot_create,
                     "cannot write WAV file " + path.string() + ": " + why);
}

}  // namespace

core::Result<Clip> parse_wav(core::ByteView bytes) {
  // libsndfile would read thirty formats; only RIFF/WAVE is let through to it.
  if (bytes.size() < 12 || core::as_text(bytes.first(4)) != "RIFF" ||
      core::as_text(bytes.subspan(8, 4)) != "WAVE") {
    return core::fault(core::ExitCode::data, "bytes are not a WAV file");
  }
  ReadMemory memory{.bytes = bytes};
  SF_VIRTUAL_IO io = virtual_io<ReadMemory>();
  SF_INFO info{};
  const SoundFile file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file) {
    return core::fault(core::ExitCode::data,
                       std::string("cannot read WAV: ") + sf_strerror(nullptr));
  }
  if (info.channels < 1 || info.channels > kMostChannels || info.samplerate < 1) {
    return core::fault(core::ExitCode::data, "WAV has no channels or more than 8");
  }
  return read_all(file.get(), info);
}

core::Result<Clip> read_wav(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return core::fault(core::ExitCode::no_input,
                       "cannot open WAV file " + path.string() + ": " + std::strerror(errno));
  }
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  auto clip = parse_wav(std::as_bytes(std::span(bytes)));
  if (!clip) clip.error().message += " (" + path.string() + ")";
  return clip;
}

void write_wav(const std::filesystem::path& path, const Clip& clip, Codec codec) {
  SF_INFO info{};
  info.samplerate = static_cast<int>(clip.sample_rate);
  info.channels = clip.channels;
  info.format = sound_format(codec);
  SoundFile file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) throw not_written(path, sf_strerror(nullptr));
  const auto frames = static_cast<sf_count_t>(clip.frames());
  if (sf_writef_short(file.get(), clip.samples.data(), frames) != frames) {
    throw not_written(path, sf_strerror(file.get()));
  }
  if (sf_close(file.release()) != 0) throw not_written(path, "cannot close it");
}

}  // namespace trunkline::audio
