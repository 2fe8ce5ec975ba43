// SPDX-License-Identifier: MIT
#pragma once

// Finds members of a vector by a hash of theirs: an open-addressed table of positions, at most half
// full, 8 to 16 bytes a member. It holds neither keys nor members; who asks compares.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace trunkline::directory {

class PositionIndex {
 public:
  /// For at most `members`, fewer than 2^32 - 1.
  explicit PositionIndex(std::size_t members = 0)
      : slots_(std::bit_ceil(2 * members + 1), kFree), mask_(slots_.size() - 1) {}

  void add(std::size_t hash, std::size_t position) {
    std::size_t slot = hash & mask_;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask_;
    slots_[slot] = static_cast<std::uint32_t>(position);
  }

  /// The first position added with such a hash for which is_it(position) holds.
  template <class IsIt>
  std::optional<std::size_t> find(std::size_t hash, IsIt is_it) const {
    for (std::size_t slot = hash & mask_; slots_[slot] != kFree; slot = (slot + 1) & mask_) {
      if (is_it(slots_[slot])) return slots_[slot];
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  std::vector<std::uint32_t> slots_;  ///< a power of two of them, one free at least
  std::size_t mask_;
};

}  // namespace trunkline::directory
