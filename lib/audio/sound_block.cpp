// SPDX-License-Identifier: MIT
#include "audio/sound_block.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <vector>

#include "audio/g711.h"
#include "audio/virtual_io.h"
#include "core/cptr.h"

namespace trunkline::audio {
namespace {

using SoundFile = core::CPtr<SNDFILE, sf_close>;

/// libsndfile's measures, 0 to 1: what is packed at night may take its time, and Opus gets
/// 6000 + 250000 x (1 - level) bits a second for each channel.
constexpr double kBlockEffort = 0.625;
constexpr double kOpusLevel = 0.96;

constexpr std::byte kSign{0x80};
constexpr unsigned kByteShift = 8;  // libsndfile's 8-bit numbers are the upper half of 16 bits

/// Bytes in memory as libsndfile's file.
struct BlockMemory {
  core::Bytes written = {};
  core::ByteView readable = {};
  std::size_t at = 0;

  std::size_t size() const { return readable.empty() ? written.size() : readable.size(); }

  static BlockMemory& of(void* user) { return *static_cast<BlockMemory*>(user); }
  static sf_count_t length(void* user) noexcept { return static_cast<sf_count_t>(of(user).size()); }
  static sf_count_t seek(sf_count_t offset, int whence, void* user) noexcept {
    BlockMemory& memory = of(user);
    const auto base = static_cast<sf_count_t>(
        whence == SEEK_CUR ? memory.at : (whence == SEEK_END ? memory.size() : 0));
    if (base + offset < 0) return -1;
    memory.at = static_cast<std::size_t>(base + offset);
    return base + offset;
  }
  static sf_count_t read(void* out, sf_count_t count, void* user) noexcept {
    BlockMemory& memory = of(user);
    const core::ByteView all =
        memory.readable.empty() ? core::ByteView(memory.written) : memory.readable;
    if (memory.at >= all.size() || count <= 0) return 0;
    const std::size_t size = std::min(all.size() - memory.at, static_cast<std::size_t>(count));
    std::memcpy(out, all.data() + memory.at, size);
    memory.at += size;
    return static_cast<sf_count_t>(size);
  }
  static sf_count_t write(const void* from, sf_count_t count, void* user) noexcept {
    BlockMemory& memory = of(user);
    const auto size = static_cast<std::size_t>(count);
    try {
      if (memory.written.size() < memory.at + size) memory.written.resize(memory.at + size);
    } catch (const std::bad_alloc&) {
      return 0;
    }
    std::memcpy(memory.written.data() + memory.at, from, size);
    memory.at += size;
    return count;
  }
  static sf_count_t tell(void* user) noexcept { return static_cast<sf_count_t>(of(user).at); }
};

bool has_code_words(BlockType type, const Format& format) {
  return type == BlockType::flac && format.codec != Codec::s16le;
}

int sound_format(BlockType type, const Format& format) {
  if (type == BlockType::opus) return SF_FORMAT_OGG | SF_FORMAT_OPUS;
  return SF_FORMAT_FLAC | (has_code_words(type, format) ? SF_FORMAT_PCM_S8 : SF_FORMAT_PCM_16);
}

SF_INFO info_of(BlockType type, const Format& format) {
  SF_INFO info{};
  info.samplerate = static_cast<int>(format.sample_rate);
  info.channels = format.channels;
  info.format = sound_format(type, format);
  return info;
}

/// The bits that turn a code word into sign (set: negative) and magnitude (ITU-T G.711).
std::byte turned(Codec codec, std::byte code_word) {
  return code_word ^ (codec == Codec::mulaw ? std::byte{0xff} : std::byte{0x55 ^ 0x80});
}

std::int16_t number_of(Codec codec, std::byte code_word) {
  const std::byte turn = turned(codec, code_word);
  const int magnitude = std::to_integer<int>(turn & ~kSign);
  const int number = (turn & kSign) == kSign ? -magnitude - 1 : magnitude;
  return static_cast<std::int16_t>(number * (1 << kByteShift));
}

std::byte code_word_of(Codec codec, std::int16_t sample) {
  const int number = sample >> kByteShift;
  const std::byte turn =
      number < 0 ? static_cast<std::byte>(-number - 1) | kSign : static_cast<std::byte>(number);
  return turned(codec, turn);
}

std::vector<std::int16_t> numbers_of(BlockType type, const Format& format, core::ByteView samples) {
  if (!has_code_words(type, format)) return to_linear(format.codec, samples);
  std::vector<std::int16_t> numbers(samples.size());
  std::ranges::transform(samples, numbers.begin(),
                         [&](std::byte word) { return number_of(format.codec, word); });
  return numbers;
}

core::Bytes samples_of(BlockType type, const Format& format,
                       const std::vector<std::int16_t>& numbers) {
  core::Bytes samples;
  if (has_code_words(type, format)) {
    samples.resize(numbers.size());
    std::ranges::transform(numbers, samples.begin(),
                           [&](std::int16_t number) { return code_word_of(format.codec, number); });
    return samples;
  }
  samples.reserve(numbers.size() * 2);
  for (const std::int16_t number : numbers) {
    samples.push_back(static_cast<std::byte>(number & 0xff));
    samples.push_back(static_cast<std::byte>((number >> kByteShift) & 0xff));
  }
  return samples;
}

}  // namespace

bool can_pack(BlockType type, const Format& format) {
  // RFC 6716 2: the rates there are; libsndfile would find out with the first sample.
  constexpr std::array<std::uint32_t, 5> kOpusRates{8'000, 12'000, 16'000, 24'000, 48'000};
  if (type == BlockType::opus &&
      (format.channels > 2 ||
       std::ranges::find(kOpusRates, format.sample_rate) == kOpusRates.end()))
    return false;
  const SF_INFO info = info_of(type, format);
  return sf_format_check(&info) != SF_FALSE;
}

Format unpacked_format(BlockType type, const Format& format) {
  Format unpacked = format;
  if (type == BlockType::opus) unpacked.codec = Codec::s16le;
  return unpacked;
}

core::Bytes pack_block(BlockType type, const Format& format, core::ByteView samples) {
  assert(!samples.empty() && samples.size() % format.bytes_per_frame() == 0);
  const auto failed = [](const char* why) {
    return core::Error(core::ExitCode::software, std::string("cannot pack samples: ") + why);
  };
  BlockMemory memory;
  SF_VIRTUAL_IO io = virtual_io<BlockMemory>();
  SF_INFO info = info_of(type, format);
  SoundFile file(sf_open_virtual(&io, SFM_WRITE, &info, &memory));
  if (!file) throw failed(sf_strerror(nullptr));
  double level = type == BlockType::flac ? kBlockEffort : kOpusLevel;
  (void)sf_command(file.get(), SFC_SET_COMPRESSION_LEVEL, &level, sizeof level);
  const std::vector<std::int16_t> numbers = numbers_of(type, format, samples);
  const auto count = static_cast<sf_count_t>(numbers.size());
  if (sf_write_short(file.get(), numbers.data(), count) != count)
    throw failed(sf_strerror(file.get()));
  const int closed = sf_close(file.release());
  if (closed != SF_ERR_NO_ERROR) throw failed(sf_error_number(closed));
  return std::move(memory.written);
}

core::Result<core::Bytes> unpack_block(BlockType type, const Format& format, core::ByteView block,
                                       std::size_t frames) {
  const auto wrong = [](const char* why) {
    return core::fault(core::ExitCode::data, std::string("the block of samples is damaged: ") + why,
                       "restore the file from its backup");
  };
  if (block.empty()) return wrong("it is empty");
  BlockMemory memory{.readable = block};
  SF_VIRTUAL_IO io = virtual_io<BlockMemory>();
  SF_INFO info{};
  const SoundFile file(sf_open_virtual(&io, SFM_READ, &info, &memory));
  if (!file) return wrong(sf_strerror(nullptr));
  if (info.format != sound_format(type, format) || info.channels != format.channels ||
      info.samplerate != static_cast<int>(format.sample_rate))
    return wrong("it is of another format");
  // One frame more than there may be, so that a longer block shows.
  std::vector<std::int16_t> numbers((frames + 1) * format.channels);
  const sf_count_t got =
      sf_read_short(file.get(), numbers.data(), static_cast<sf_count_t>(numbers.size()));
  if (got < 0 || static_cast<std::size_t>(got) != frames * format.channels)
    return wrong("it has another length");
  numbers.resize(static_cast<std::size_t>(got));
  return samples_of(type, format, numbers);
}

}  // namespace trunkline::audio
