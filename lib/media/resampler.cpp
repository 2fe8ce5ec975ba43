// SPDX-License-Identifier: MIT
#include "media/resampler.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <utility>

#include "core/cptr.h"
#include "core/error.h"

namespace trunkline::media {
namespace {

/// More than the filter keeps back at any of a phone's rates, in milliseconds.
constexpr std::uint64_t kDelayMs = 4;

}  // namespace

struct Resampler::State {
  core::IndirectCPtr<SwrContext, swr_free> context;
};

Resampler::Resampler(std::uint32_t from, std::uint32_t to)
    : state_(std::make_unique<State>()), from_(from), to_(to) {
  AVChannelLayout mono;
  av_channel_layout_default(&mono, 1);
  SwrContext* made = nullptr;
  const int set = swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_S16, static_cast<int>(to), &mono,
                                      AV_SAMPLE_FMT_S16, static_cast<int>(from), 0, nullptr);
  state_->context.reset(made);
  if (set < 0 || swr_init(made) < 0) {
    throw core::Error(core::ExitCode::software, "cannot set up resampling");
  }
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

std::span<const std::int16_t> Resampler::push(std::span<const std::int16_t> samples) {
  taken_ += samples.size();
  const std::size_t room = samples.size() * to_ / from_ + to_ * kDelayMs / 1000 + 1;
  const std::size_t before = waiting_.size();
  waiting_.resize(before + room);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): FFmpeg's samples are bytes
  auto* out = reinterpret_cast<std::uint8_t*>(waiting_.data() + before);
  const auto* in = reinterpret_cast<const std::uint8_t*>(samples.data());
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  const int count = swr_convert(state_->context.get(), &out, static_cast<int>(room), &in,
                                static_cast<int>(samples.size()));
  waiting_.resize(before + static_cast<std::size_t>(std::max(count, 0)));

  const auto wanted = static_cast<std::size_t>(taken_ * to_ / from_ - given_);
  if (waiting_.size() < wanted) {
    // The filter is still filling: its delay becomes silence at the beginning, once.
    waiting_.insert(waiting_.begin(), wanted - waiting_.size() + 2, 0);
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(wanted);
  packet_.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  given_ += wanted;
  return packet_;
}

}  // namespace trunkline::media
