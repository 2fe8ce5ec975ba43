// SPDX-License-Identifier: MIT
#pragma once

// What a phone's camera would read in a QR code that was drawn with half blocks: the lines become a
// picture, and zbarimg, a reader of others, reads it.

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "os/process.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

/// What the blocks are: light modules on a dark terminal, or dark ones on a light ground.
enum class Drawn : std::uint8_t { light, dark };

/// Upper and lower half of each character, true where there is ink; escape sequences are skipped.
inline std::pair<std::vector<bool>, std::vector<bool>> halves_of(std::string_view line) {
  std::pair<std::vector<bool>, std::vector<bool>> halves;
  while (!line.empty()) {
    if (line.starts_with("\x1b[")) {
      line.remove_prefix(line.find('m') + 1);
      continue;
    }
    const bool is_full = line.starts_with("\u2588");
    const bool is_block = is_full || line.starts_with("\u2580") || line.starts_with("\u2584");
    halves.first.push_back(is_full || line.starts_with("\u2580"));
    halves.second.push_back(is_full || line.starts_with("\u2584"));
    line.remove_prefix(is_block ? 3 : 1);
  }
  return halves;
}

/// The text of the code. Throws with what zbarimg said where it finds none.
inline std::string read_qr(const std::vector<std::string>& lines, Drawn drawn) {
  constexpr std::size_t kPixels = 4;  // a module's side
  std::vector<std::vector<bool>> rows;
  for (const std::string& line : lines) {
    auto [upper, lower] = halves_of(line);
    rows.push_back(std::move(upper));
    rows.push_back(std::move(lower));
  }
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.size());
  // Portable graymap: text, a number a pixel.
  std::string picture = "P2\n" + std::to_string(width * kPixels) + " " +
                        std::to_string(rows.size() * kPixels) + "\n255\n";
  for (const auto& row : rows) {
    for (std::size_t y = 0; y < kPixels; ++y) {
      for (std::size_t column = 0; column < width; ++column) {
        const bool has_ink = column < row.size() && row[column];
        for (std::size_t x = 0; x < kPixels; ++x)
          picture += has_ink == (drawn == Drawn::light) ? "255 " : "0 ";
      }
      picture += '\n';
    }
  }
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "code.pgm").string();
  std::ofstream(file) << picture;
  const auto read = os::run_command(
      {.arguments = {"zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file}},
      core::Seconds(30));
  if (!read || !read->exit.is_success())
    throw std::runtime_error("no QR code: " + (read ? read->errors : read.error().message));
  std::string text = read->output;
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace trunkline::test
