// SPDX-License-Identifier: MIT
// A stream cut into pieces gives the same lines as the stream in one piece. The first byte is the
// size of the pieces.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "control/lines.h"
#include "fuzz/target.h"

namespace {

std::vector<std::string> lines_of(std::string_view stream, std::size_t piece) {
  trunkline::control::Lines lines;
  std::vector<std::string> found;
  while (!stream.empty()) {
    lines.append(stream.substr(0, piece));
    stream.remove_prefix(std::min(piece, stream.size()));
    while (auto line = lines.next()) found.push_back(std::move(*line));
  }
  return found;
}

}  // namespace

FUZZ_TARGET(control_lines) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = data[0] == 0 ? 1 : data[0];
  assert(lines_of(stream, piece) == lines_of(stream, stream.size()));
  return 0;
}
