// SPDX-License-Identifier: MIT
// How many columns a terminal gives to a character: wcwidth(3) without a locale, for the blocks
// that occur in names. A character missing here shifts a column and nothing else.

#include <algorithm>
#include <array>

#include "cli/output.h"

namespace trunkline::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: nonspacing marks of the common scripts and invisible formatting characters.
constexpr std::array<Range, 12> kZeroWidth{{{0x0300, 0x036f},
                                            {0x0483, 0x0489},
                                            {0x0591, 0x05bd},
                                            {0x0610, 0x061a},
                                            {0x064b, 0x065f},
                                            {0x0e34, 0x0e3a},
                                            {0x1ab0, 0x1aff},
                                            {0x1dc0, 0x1dff},
                                            {0x200b, 0x200f},
                                            {0x20d0, 0x20ff},
                                            {0xfe00, 0xfe0f},
                                            {0xfe20, 0xfe2f}}};
// East Asian Width W and F, and emoji.
constexpr std::array<Range, 10> kDoubleWidth{{{0x1100, 0x115f},
                                              {0x2e80, 0x303e},
                                              {0x3041, 0x33ff},
                                              {0x3400, 0x4dbf},
                                              {0x4e00, 0xa4cf},
                                              {0xac00, 0xd7a3},
                                              {0xf900, 0xfaff},
                                              {0xff00, 0xff60},
                                              {0x1f300, 0x1faff},
                                              {0x20000, 0x3fffd}}};

template <std::size_t Size>
bool is_in(const std::array<Range, Size>& ranges, char32_t character) {
  return std::any_of(ranges.begin(), ranges.end(), [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

/// The character at `position`, which moves behind it; a byte that begins none counts as itself.
char32_t next_character(std::string_view text, std::size_t& position) {
  const auto lead = static_cast<unsigned char>(text[position++]);
  const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (more == 0 || position + more > text.size()) return lead;
  char32_t character = lead & (0x3fU >> more);
  for (std::size_t i = 0; i < more; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[position++]) & 0x3fU);
  return character;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t position = 0; position < text.size();) {
    const char32_t character = next_character(text, position);
    if (is_in(kZeroWidth, character)) continue;
    width += is_in(kDoubleWidth, character) ? 2 : 1;
  }
  return width;
}

}  // namespace trunkline::cli
