// SPDX-License-Identifier: MIT

// The table of codecs. A new one is a row here; tests/media/codecs_test.cpp holds every row to the
// same contract.

#include <algorithm>
#include <array>
#include <cstddef>

#include "audio/g711.h"
#include "audio/opus.h"
#include "core/text.h"
#include "media/decoder.h"
#include "media/ffmpeg_decoder.h"

namespace trunkline::media {
namespace {

using Made = std::unique_ptr<Decoder>;

class G711 final : public Decoder {
 public:
  explicit G711(audio::Codec law) : law_(law) {}
  std::uint32_t sample_rate() const noexcept override { return 8000; }
  bool decode(core::ByteView payload, std::vector<std::int16_t>& out) override {
    const auto samples = audio::to_linear(law_, payload);
    out.insert(out.end(), samples.begin(), samples.end());
    return true;
  }

 private:
  audio::Codec law_;
};

/// RFC 3551 4.5.11: big-endian samples.
class L16 final : public Decoder {
 public:
  explicit L16(std::uint32_t sample_rate) : sample_rate_(sample_rate) {}
  std::uint32_t sample_rate() const noexcept override { return sample_rate_; }
  bool decode(core::ByteView payload, std::vector<std::int16_t>& out) override {
    out.reserve(out.size() + payload.size() / 2);
    for (std::size_t i = 0; i + 1 < payload.size(); i += 2) {
      const auto high = std::to_integer<unsigned>(payload[i]);
      const auto low = std::to_integer<unsigned>(payload[i + 1]);
      out.push_back(static_cast<std::int16_t>(static_cast<std::uint16_t>((high << 8U) | low)));
    }
    return payload.size() % 2 == 0;
  }

 private:
  std::uint32_t sample_rate_;
};

class Opus final : public Decoder {
 public:
  explicit Opus(std::uint32_t sample_rate) : decoder_(sample_rate) {}
  std::uint32_t sample_rate() const noexcept override { return decoder_.sample_rate(); }
  bool decode(core::ByteView payload, std::vector<std::int16_t>& out) override {
    return decoder_.decode(payload, out);
  }

 private:
  audio::OpusDecoder decoder_;
};

Made mulaw(const StreamCodec&, std::uint32_t) {
  return std::make_unique<G711>(audio::Codec::mulaw);
}

Made alaw(const StreamCodec&, std::uint32_t) {
  return std::make_unique<G711>(audio::Codec::alaw);
}

Made opus(const StreamCodec&, std::uint32_t wanted_rate) {
  return std::make_unique<Opus>(wanted_rate == 8000 ? 8000 : 16'000);
}

Made l16(const StreamCodec& codec, std::uint32_t) {
  return std::make_unique<L16>(codec.clock_rate);
}

Made g722(const StreamCodec&, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "g722", .sample_rate = 16'000}, whole_payload);
}

Made g729(const StreamCodec&, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "g729", .frame_bytes = 10}, g729_frames);
}

Made g723(const StreamCodec&, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "g723_1"}, g723_frames);
}

Made gsm(const StreamCodec&, std::uint32_t) {
  constexpr int kBytes = 33;
  return make_ffmpeg_decoder({.name = "gsm", .frame_bytes = kBytes},
                             [](core::ByteView payload) { return equal_frames(payload, kBytes); });
}

/// RFC 3952: 20 ms in 38 bytes or 30 ms in 50, as the receiver's mode says.
Made ilbc(const StreamCodec& codec, std::uint32_t) {
  const int bytes = parameter_of(codec, "mode") == "20" ? 38 : 50;
  return make_ffmpeg_decoder({.name = "ilbc", .frame_bytes = bytes},
                             [bytes](core::ByteView payload) {
                               return equal_frames(payload, static_cast<std::size_t>(bytes));
                             });
}

/// RFC 3551 4.5.4: the bits of a sample are the last digits of the rate over eight, packed from the
/// least significant up.
template <int Bits>
Made g726(const StreamCodec&, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "g726le", .bits_per_sample = Bits}, whole_payload);
}

/// The same packed from the most significant down (RFC 3551 4.5.4, last paragraph).
template <int Bits>
Made aal2_g726(const StreamCodec&, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "g726", .bits_per_sample = Bits}, whole_payload);
}

template <AmrBand Band>
Made amr(const StreamCodec& codec, std::uint32_t) {
  const bool is_octet_aligned = parameter_of(codec, "octet-align") == "1";
  return make_ffmpeg_decoder({.name = Band == AmrBand::narrow ? "amrnb" : "amrwb",
                              .sample_rate = Band == AmrBand::narrow ? 8000U : 16'000U},
                             [is_octet_aligned](core::ByteView payload) {
                               return amr_frames(payload, Band, is_octet_aligned);
                             });
}

Made speex(const StreamCodec& codec, std::uint32_t) {
  return make_ffmpeg_decoder({.name = "speex", .sample_rate = codec.clock_rate}, whole_payload);
}

struct Row {
  std::string_view name;
  std::uint32_t clock_rate;   ///< 0: any a phone may have
  std::uint32_t sample_rate;  ///< 0: the clock rate
  unsigned channels;          ///< as SDP says it: Opus always says 2 (RFC 7587 7)
  Made (*make)(const StreamCodec&, std::uint32_t wanted_rate);
};

constexpr std::array<Row, 20> kRows{{
    {"PCMU", 8000, 8000, 1, mulaw},
    {"PCMA", 8000, 8000, 1, alaw},
    {"opus", 48'000, 16'000, 2, opus},
    {"G722", 8000, 16'000, 1, g722},  // RFC 3551 4.5.2: its clock is a historic mistake
    {"G729", 8000, 8000, 1, g729},
    {"iLBC", 8000, 8000, 1, ilbc},
    {"AMR", 8000, 8000, 1, amr<AmrBand::narrow>},
    {"AMR-WB", 16'000, 16'000, 1, amr<AmrBand::wide>},
    {"GSM", 8000, 8000, 1, gsm},
    {"speex", 0, 0, 1, speex},
    {"G723", 8000, 8000, 1, g723},
    {"L16", 0, 0, 1, l16},
    {"G726-16", 8000, 8000, 1, g726<2>},
    {"G726-24", 8000, 8000, 1, g726<3>},
    {"G726-32", 8000, 8000, 1, g726<4>},
    {"G726-40", 8000, 8000, 1, g726<5>},
    {"AAL2-G726-16", 8000, 8000, 1, aal2_g726<2>},
    {"AAL2-G726-24", 8000, 8000, 1, aal2_g726<3>},
    {"AAL2-G726-32", 8000, 8000, 1, aal2_g726<4>},
    {"AAL2-G726-40", 8000, 8000, 1, aal2_g726<5>},
}};

constexpr std::array<std::uint32_t, 5> kPhoneRates = {8000, 16'000, 32'000, 44'100, 48'000};

const Row* row_of(const StreamCodec& codec) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) {
    const bool is_clock = each.clock_rate == 0 ? std::find(kPhoneRates.begin(), kPhoneRates.end(),
                                                           codec.clock_rate) != kPhoneRates.end()
                                               : each.clock_rate == codec.clock_rate;
    return is_clock && core::equals_ignoring_case(each.name, codec.name) &&
           each.channels == codec.channels;
  });
  return row == kRows.end() ? nullptr : &*row;
}

}  // namespace

bool is_decodable(const StreamCodec& codec) {
  return row_of(codec) != nullptr;
}

std::uint32_t sample_rate_of(const StreamCodec& codec) {
  const Row* const row = row_of(codec);
  if (row == nullptr) return 0;
  return row->sample_rate == 0 ? codec.clock_rate : row->sample_rate;
}

std::unique_ptr<Decoder> make_decoder(const StreamCodec& codec, std::uint32_t wanted_rate) {
  const Row* const row = row_of(codec);
  return row == nullptr ? nullptr : row->make(codec, wanted_rate);
}

std::vector<std::string_view> codec_names() {
  std::vector<std::string_view> names;
  names.reserve(kRows.size());
  for (const Row& row : kRows) names.push_back(row.name);
  return names;
}

std::string_view parameter_of(const StreamCodec& codec, std::string_view name) {
  std::string_view rest = codec.parameters;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = core::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (core::equals_ignoring_case(core::trim(pair.substr(0, equals)), name)) {
      return core::trim(pair.substr(equals + 1));
    }
  }
  return {};
}

}  // namespace trunkline::media
