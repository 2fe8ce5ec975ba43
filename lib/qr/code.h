// SPDX-License-Identifier: MIT
#pragma once

// QR codes (ISO/IEC 18004) for terminals, through libqrencode: text becomes a square of dark and
// light modules, the square becomes lines of half blocks, two modules a character. The text is not
// kept.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::qr {

/// The modules without their quiet zone.
class Code {
 public:
  /// With error correction level L, which keeps it small. Faults (data): no text, or more than the
  /// largest code holds (2953 bytes).
  [[nodiscard]] static core::Result<Code> of(std::string_view text);

  std::size_t size() const noexcept { return size_; }
  /// False outside, where the quiet zone is.
  bool is_dark(std::size_t row, std::size_t column) const noexcept {
    return row < size_ && column < size_ && dark_[row * size_ + column];
  }

 private:
  Code(std::size_t size, std::vector<bool> dark) : size_(size), dark_(std::move(dark)) {}
  std::size_t size_;
  std::vector<bool> dark_;
};

/// Around it, in modules: what readers need to find it (ISO/IEC 18004 asks for four).
inline constexpr std::size_t kQuietZone = 4;

enum class Ink : std::uint8_t {
  blocks,  ///< light modules are blocks, for a dark terminal without colours
  colors   ///< dark on light by escape sequences, whatever the terminal looks like
};

/// Columns that draw() needs.
std::size_t columns_of(const Code& code);
/// With the quiet zone, lines without newline.
std::vector<std::string> draw(const Code& code, Ink ink);

}  // namespace trunkline::qr
