// SPDX-License-Identifier: MIT
#include "audio/opus_file.h"

#include <fmt/format.h>
#include <ogg/ogg.h>
#include <opus/opus_multistream.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <deque>
#include <future>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/cptr.h"

namespace trunkline::audio {
namespace {

using Encoder = core::CPtr<OpusMSEncoder, opus_multistream_encoder_destroy>;
using Samples = std::vector<std::int16_t>;

constexpr std::array<std::uint32_t, 5> kRates = {8000, 12'000, 16'000, 24'000, 48'000};
constexpr std::int64_t kGranulesPerSecond = 48'000;  // RFC 7845 4: whatever was encoded
constexpr int kPacketsPerPage = 16;                  // about a second, as players like to seek
constexpr unsigned kMostThreads = 16;
/// RFC 6716 3.2.1: three frames of 1275 bytes and their headers, for each of two channels.
constexpr std::size_t kLongestPacket = 8000;
/// RFC 7845 5.1.1: which stream each channel comes from.
constexpr std::array<unsigned char, 2> kMapping = {0, 1};

/// libopus' least effort, 0 to 10. A file has room: what better searching would save is spent in
/// bits. 10 takes four times as long for 15 % less.
constexpr opus_int32 kComplexity = 0;

opus_int32 bits_per_second(const Format& format) {
  const opus_int32 channel = format.sample_rate <= 12'000 ? 16'000 : 24'000;
  return channel * format.channels;
}

std::size_t frames_per_packet(const Format& format) {
  return std::size_t{format.sample_rate} * OpusFile::kPacketMs / 1000;
}

Encoder make_encoder(const Format& format) {
  int error = OPUS_OK;
  // A stream each: coupled, a party would be heard a little on the other's side.
  Encoder encoder(opus_multistream_encoder_create(static_cast<opus_int32>(format.sample_rate),
                                                  format.channels, format.channels, 0,
                                                  kMapping.data(), OPUS_APPLICATION_VOIP, &error));
  assert(error == OPUS_OK && encoder);
  OpusMSEncoder* const raw = encoder.get();
  // NOLINTBEGIN(cppcoreguidelines-pro-type-vararg,hicpp-vararg): libopus has no other way
  (void)opus_multistream_encoder_ctl(raw, OPUS_SET_COMPLEXITY(kComplexity));
  (void)opus_multistream_encoder_ctl(raw, OPUS_SET_BITRATE(bits_per_second(format)));
  (void)opus_multistream_encoder_ctl(raw, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  // NOLINTEND(cppcoreguidelines-pro-type-vararg,hicpp-vararg)
  return encoder;
}

/// How far what comes out lags behind what goes in.
std::size_t lookahead_of(const Format& format) {
  const Encoder encoder = make_encoder(format);
  opus_int32 frames = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): as above
  (void)opus_multistream_encoder_ctl(encoder.get(), OPUS_GET_LOOKAHEAD(&frames));
  return static_cast<std::size_t>(frames);
}

/// The packets of one stretch.
struct Encoded {
  core::Bytes bytes;
  std::vector<std::size_t> ends;  ///< of each packet in `bytes`
};

void set_independent(OpusMSEncoder* encoder, bool is_independent) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): as above
  (void)opus_multistream_encoder_ctl(encoder, OPUS_SET_PREDICTION_DISABLED(is_independent ? 1 : 0));
}

/// `samples` are whole packets; of those that are only heard nothing is kept.
Encoded encode(const Format& format, const Samples& samples, std::size_t heard_before) {
  const Encoder encoder = make_encoder(format);
  const std::size_t frames = frames_per_packet(format);
  const std::size_t step = frames * format.channels;
  Encoded encoded;
  std::array<unsigned char, kLongestPacket> packet{};
  for (std::size_t i = 0; (i + 1) * step <= samples.size(); ++i) {
    // The decoder comes from another encoder's packets: what it predicts from them is not this
    // one's past to the last bit.
    const bool is_joint = heard_before > 0 && i == heard_before;
    if (is_joint) set_independent(encoder.get(), true);
    const opus_int32 size =
        opus_multistream_encode(encoder.get(), samples.data() + i * step, static_cast<int>(frames),
                                packet.data(), static_cast<opus_int32>(packet.size()));
    assert(size > 0);
    if (is_joint) set_independent(encoder.get(), false);
    if (i < heard_before) continue;
    const core::ByteView bytes =
        std::as_bytes(std::span(packet)).first(static_cast<std::size_t>(size));
    encoded.bytes.insert(encoded.bytes.end(), bytes.begin(), bytes.end());
    encoded.ends.push_back(encoded.bytes.size());
  }
  return encoded;
}

core::Error not_written(int error) {
  return core::Error(core::ExitCode::io, fmt::format("cannot write the sound file: {}",
                                                     std::generic_category().message(error)));
}

/// Packets to pages to the file.
class Pages {
 public:
  explicit Pages(os::Fd file) : file_(std::move(file)) {
    const int initialised = ogg_stream_init(&stream_, static_cast<int>(std::random_device{}()));
    assert(initialised == 0);
  }
  ~Pages() { ogg_stream_clear(&stream_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  /// A header has pages of its own (RFC 7845 3).
  void put_header(core::ByteView packet) {
    put(packet, 0, false);
    flush();
  }
  void put(core::ByteView packet, std::int64_t granule, bool is_last) {
    core::Bytes copy(packet.begin(),
                     packet.end());  // libogg wants it writable, and copies it again
    ogg_packet ogg{};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libogg wants unsigned char
    ogg.packet = reinterpret_cast<unsigned char*>(copy.data());
    ogg.bytes = static_cast<long>(copy.size());
    ogg.b_o_s = count_ == 0 ? 1 : 0;
    ogg.e_o_s = is_last ? 1 : 0;
    ogg.granulepos = granule;
    ogg.packetno = count_++;
    if (ogg_stream_packetin(&stream_, &ogg) != 0) throw not_written(ENOMEM);
    if (++on_page_ >= kPacketsPerPage || is_last) flush();
  }
  void close() {
    if (::close(file_.release()) != 0) throw not_written(errno);
  }

 private:
  void flush() {
    ogg_page page{};
    while (ogg_stream_flush(&stream_, &page) != 0) {
      write(page.header, page.header_len);
      write(page.body, page.body_len);
    }
    on_page_ = 0;
  }
  void write(const unsigned char* bytes, long size) {
    while (size > 0) {
      const ssize_t written = ::write(file_.get(), bytes, static_cast<std::size_t>(size));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) throw not_written(written < 0 ? errno : EIO);
      bytes += written;
      size -= written;
    }
  }

  os::Fd file_;
  ogg_stream_state stream_{};
  std::int64_t count_ = 0;
  int on_page_ = 0;
};

void put_u16(core::Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::byte>(value & 0xFFU));
  out.push_back(static_cast<std::byte>(value >> 8U & 0xFFU));
}

void put_u32(core::Bytes& out, std::size_t value) {
  put_u16(out, value & 0xFFFFU);
  put_u16(out, value >> 16U);
}

void put_text(core::Bytes& out, std::string_view text) {
  const core::ByteView bytes = core::as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// RFC 7845 5.1
core::Bytes head_of(const Format& format, std::size_t skipped) {
  core::Bytes head;
  put_text(head, "OpusHead");
  head.push_back(std::byte{1});
  head.push_back(static_cast<std::byte>(format.channels));
  put_u16(head, skipped);
  put_u32(head, format.sample_rate);
  put_u16(head, 0);  // gain
  const bool has_mapping = format.channels > 1;
  head.push_back(has_mapping ? std::byte{1} : std::byte{0});
  if (!has_mapping) return head;
  head.push_back(static_cast<std::byte>(format.channels));  // streams
  head.push_back(std::byte{0});                             // of which are coupled
  for (const unsigned char stream : kMapping) head.push_back(static_cast<std::byte>(stream));
  return head;
}

// RFC 7845 5.2
core::Bytes tags() {
  core::Bytes tags;
  put_text(tags, "OpusTags");
  const std::string_view vendor = opus_get_version_string();
  put_u32(tags, vendor.size());
  put_text(tags, vendor);
  put_u32(tags, 0);
  return tags;
}

}  // namespace

struct OpusFile::State {
  State(os::Fd file, const Format& wanted)
      : format(wanted),
        lookahead(lookahead_of(wanted)),
        step(frames_per_packet(wanted) * wanted.channels),
        threads(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads)),
        pages(std::move(file)) {}

  std::int64_t granules_of(std::size_t count) const {
    return static_cast<std::int64_t>(count) * kGranulesPerSecond / format.sample_rate;
  }
  void put_headers();
  void begin_stretch(Samples next);
  void write_oldest(bool is_end);

  Format format;
  std::size_t lookahead;  ///< frames
  std::size_t step;       ///< samples of a packet, all channels
  unsigned threads;
  Pages pages;
  Samples waiting;               ///< what was heard before, then a stretch that is not yet whole
  std::size_t heard_before = 0;  ///< packets of `waiting` that the stretch before holds
  std::size_t frames = 0;        ///< written so far
  std::size_t packets = 0;
  bool has_headers = false;
  std::deque<std::future<Encoded>> encoding;  ///< in their order
};

bool OpusFile::can_hold(const Format& format) noexcept {
  return std::find(kRates.begin(), kRates.end(), format.sample_rate) != kRates.end() &&
         (format.channels == 1 || format.channels == 2);
}

OpusFile::OpusFile(os::Fd file, const Format& format) {
  assert(can_hold(format));
  state_ = std::make_unique<State>(std::move(file), format);
}

OpusFile::OpusFile(OpusFile&&) noexcept = default;
OpusFile& OpusFile::operator=(OpusFile&&) noexcept = default;
OpusFile::~OpusFile() = default;

void OpusFile::State::put_headers() {
  if (std::exchange(has_headers, true)) return;
  pages.put_header(head_of(format, static_cast<std::size_t>(granules_of(lookahead))));
  pages.put_header(tags());
}

void OpusFile::State::begin_stretch(Samples next) {
  // Deferred: where the system grants no thread it is done when its turn to be written comes.
  encoding.push_back(std::async(std::launch::async | std::launch::deferred, encode, format,
                                std::exchange(waiting, std::move(next)),
                                std::exchange(heard_before, kPrerollPackets)));
}

/// `is_end`: its last packet is the file's.
void OpusFile::State::write_oldest(bool is_end) {
  const Encoded encoded = encoding.front().get();
  encoding.pop_front();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < encoded.ends.size(); ++i) {
    const bool is_last = is_end && i + 1 == encoded.ends.size();
    ++packets;
    // RFC 7845 4.4: the end's position cuts what was only added to fill the last packet.
    const std::int64_t granule =
        is_last ? granules_of(lookahead + frames) : granules_of(packets * (step / format.channels));
    pages.put(core::ByteView(encoded.bytes).subspan(begin, encoded.ends[i] - begin), granule,
              is_last);
    begin = encoded.ends[i];
  }
}

void OpusFile::write(std::span<const std::int16_t> samples) {
  assert(samples.size() % state_->format.channels == 0);
  State& state = *state_;
  state.put_headers();
  state.frames += samples.size() / state.format.channels;
  while (!samples.empty()) {
    const std::size_t whole = (state.heard_before + kStretchPackets) * state.step;
    const std::size_t taken = std::min(samples.size(), whole - state.waiting.size());
    state.waiting.insert(state.waiting.end(), samples.begin(),
                         samples.begin() + static_cast<std::ptrdiff_t>(taken));
    samples = samples.subspan(taken);
    if (state.waiting.size() < whole) return;
    const auto heard = static_cast<std::ptrdiff_t>(kPrerollPackets * state.step);
    state.begin_stretch(Samples(state.waiting.end() - heard, state.waiting.end()));
    if (state.encoding.size() > state.threads) state.write_oldest(/*is_end=*/false);
  }
}

void OpusFile::finish() {
  State& state = *state_;
  state.put_headers();
  // Silence until the last sample has come out, and the packet is full; one packet at least.
  const std::size_t delayed =
      state.waiting.size() + std::max<std::size_t>(state.lookahead, 1) * state.format.channels;
  state.waiting.resize((delayed + state.step - 1) / state.step * state.step);
  state.begin_stretch({});
  while (!state.encoding.empty()) state.write_oldest(state.encoding.size() == 1);
  state.pages.close();
}

}  // namespace trunkline::audio
