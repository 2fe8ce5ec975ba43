// SPDX-License-Identifier: MIT
#pragma once

// The source tree as the truth tests read it, and what its programs and checkers say.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "os/process.h"

namespace trunkline::truth {

inline std::filesystem::path tree() {
  return TRUNKLINE_SOURCE_DIR;
}

inline std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline std::vector<std::string> lines(const std::filesystem::path& path) {
  std::vector<std::string> result;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) result.push_back(line);
  return result;
}

/// Every file below `folder` of the tree, sorted, without what is not ours: builds, state, git.
inline std::vector<std::filesystem::path> files(const std::filesystem::path& folder = {}) {
  static const std::set<std::string> kNotOurs{".git", "build", "var", ".cache"};
  std::vector<std::filesystem::path> found;
  for (auto entry = std::filesystem::recursive_directory_iterator(tree() / folder);
       entry != std::filesystem::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && kNotOurs.contains(entry->path().filename().string()))
      entry.disable_recursion_pending();
    else if (entry->is_regular_file())
      found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

inline bool is_source(const std::filesystem::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".h";
}

inline std::string in_tree(const std::filesystem::path& path) {
  return path.lexically_relative(tree()).string();
}

/// Runs to the end; output and errors together are what a failing test shows.
inline os::Output run(std::vector<std::string> arguments) {
  return core::value_or_throw(
      os::run_command({.arguments = std::move(arguments)}, core::Seconds(120)));
}

/// One of our programs of this build.
inline std::string program(const std::string& name) {
  return std::string(TRUNKLINE_BIN_DIR) + "/" + name;
}

inline const std::vector<std::string> kTools{"sipctl", "cdrctl", "retention", "trunkline"};
inline const std::vector<std::string> kDaemons{"sipd", "recorderd"};

}  // namespace trunkline::truth
