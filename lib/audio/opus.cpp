// SPDX-License-Identifier: MIT
#include "audio/opus.h"

#include <opus/opus.h>

#include <cassert>
#include <limits>

#include "core/cptr.h"

namespace trunkline::audio {
namespace {

constexpr std::uint32_t kLongestMs = 120;

}  // namespace

struct OpusDecoder::State {
  core::CPtr<::OpusDecoder, opus_decoder_destroy> decoder;
};

OpusDecoder::OpusDecoder(std::uint32_t sample_rate)
    : state_(std::make_unique<State>()), sample_rate_(sample_rate) {
  int error = OPUS_OK;
  state_->decoder.reset(opus_decoder_create(static_cast<opus_int32>(sample_rate), 1, &error));
  assert(error == OPUS_OK && state_->decoder);
}

OpusDecoder::~OpusDecoder() = default;
OpusDecoder::OpusDecoder(OpusDecoder&&) noexcept = default;
OpusDecoder& OpusDecoder::operator=(OpusDecoder&&) noexcept = default;

bool OpusDecoder::decode(core::ByteView packet, std::vector<std::int16_t>& out) {
  // An empty packet would ask libopus to conceal a loss: what was not sent stays silence.
  if (packet.empty() || packet.size() > std::numeric_limits<opus_int32>::max()) return false;
  const std::size_t before = out.size();
  const std::size_t most = sample_rate_ * kLongestMs / 1000;
  out.resize(before + most);
  const int count = opus_decode(
      state_->decoder.get(),
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): libopus wants unsigned char
      reinterpret_cast<const unsigned char*>(packet.data()), static_cast<opus_int32>(packet.size()),
      out.data() + before, static_cast<int>(most), 0);
  out.resize(before + static_cast<std::size_t>(std::max(count, 0)));
  return count > 0;
}

}  // namespace trunkline::audio
