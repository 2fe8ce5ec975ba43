// SPDX-License-Identifier: MIT
#pragma once

// One channel from one sample rate to another, packet by packet: what goes in as 20 ms comes out as
// 20 ms, to the sample, so that it can be placed in time. The filter's delay (1 to 2 ms) stays in.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace trunkline::media {

class Resampler {
 public:
  Resampler(std::uint32_t from, std::uint32_t to);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  std::uint32_t from() const noexcept { return from_; }
  std::uint32_t to() const noexcept { return to_; }
  /// The packet at the other rate, valid until the next.
  std::span<const std::int16_t> push(std::span<const std::int16_t> samples);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uint32_t from_;
  std::uint32_t to_;
  std::uint64_t taken_ = 0;            ///< samples in
  std::uint64_t given_ = 0;            ///< samples out
  std::vector<std::int16_t> waiting_;  ///< converted, not yet given
  std::vector<std::int16_t> packet_;   ///< given last
};

}  // namespace trunkline::media
