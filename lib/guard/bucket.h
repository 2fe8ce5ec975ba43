// SPDX-License-Identifier: MIT
#pragma once

// A token bucket: so many in a period, and as many at once. It starts full.

#include <algorithm>
#include <cstdint>

#include "core/time.h"

namespace trunkline::guard {

/// The periods that are counted in.
inline constexpr core::Microseconds kSecond = core::Seconds(1);
inline constexpr core::Microseconds kMinute = core::Seconds(60);

class Bucket {
 public:
  /// Fills what the time since the last look has brought, and tells whether a token is there.
  bool has_token(std::uint32_t size, core::Microseconds period, core::Time now) noexcept {
    fill(size, period, now);
    return tokens_ >= 1;
  }
  bool take(std::uint32_t size, core::Microseconds period, core::Time now) noexcept {
    if (!has_token(size, period, now)) return false;
    tokens_ -= 1;
    return true;
  }
  bool is_full(std::uint32_t size, core::Microseconds period, core::Time now) noexcept {
    fill(size, period, now);
    return tokens_ >= static_cast<double>(size);
  }
  /// How long until a token is there.
  core::Seconds wait(std::uint32_t size, core::Microseconds period) const noexcept {
    if (tokens_ >= 1 || size == 0) return core::Seconds{0};
    const double seconds = std::chrono::duration<double>(period).count();
    return core::Seconds(1 + static_cast<std::int64_t>((1 - tokens_) * seconds / size));
  }

 private:
  void fill(std::uint32_t size, core::Microseconds period, core::Time now) noexcept {
    if (filled_at_ == core::Time{}) {
      tokens_ = static_cast<double>(size);
      filled_at_ = now;
      return;
    }
    // A clock that went back brings nothing, and takes nothing.
    const auto passed = std::max(now - filled_at_, core::Microseconds{0});
    const double brought = static_cast<double>(size) * static_cast<double>(passed.count()) /
                           static_cast<double>(period.count());
    tokens_ = std::min(static_cast<double>(size), tokens_ + brought);
    filled_at_ = now;
  }

  double tokens_ = 0;
  core::Time filled_at_{};
};

}  // namespace trunkline::guard
