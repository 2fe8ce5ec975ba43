// SPDX-License-Identifier: MIT
#pragma once

// How packed samples lie in a sealed file's plaintext: blocks of equal duration one after the
// other, then the length of each, then how many there are (schemas/sealed/README.md). The place of
// a moment is arithmetic and one look into the lengths.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"

namespace trunkline::packing {

struct Contents {
  std::uint32_t frames_per_block = 0;  ///< of all but the last, which may be shorter
  std::uint64_t frames = 0;            ///< of all
  /// Where each block begins, and where the last one ends: one more than there are blocks.
  std::vector<std::uint64_t> offsets = {0};

  std::size_t blocks() const { return offsets.size() - 1; }
  std::size_t frames_of(std::size_t block) const;
  bool operator==(const Contents&) const = default;
};

/// What comes behind the blocks.
core::Bytes write_contents(const Contents& contents);

/// Fills `bytes` from an offset of the plaintext on: all of it, or a fault.
using ReadAt = std::function<core::Result<void>(std::uint64_t offset, std::span<std::byte> bytes)>;

/// Of a plaintext of `size` bytes, which may be any. A fault (data) where it is none such: nothing
/// in it is taken on trust.
[[nodiscard]] core::Result<Contents> read_contents(std::uint64_t size, const ReadAt& read);

}  // namespace trunkline::packing
