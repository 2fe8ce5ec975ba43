// SPDX-License-Identifier: MIT
#pragma once

// What a file holds.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace trunkline::test {

/// All of it; empty where there is no such file.
inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace trunkline::test
