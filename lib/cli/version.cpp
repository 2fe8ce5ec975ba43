// SPDX-License-Identifier: MIT
// CMake defines both texts for this file alone (lib/CMakeLists.txt).

#include "cli/program.h"

namespace trunkline::cli {

std::string version_line(std::string_view program_name) {
  constexpr std::string_view kVersion = TRUNKLINE_VERSION;
  constexpr std::string_view kCommit = TRUNKLINE_COMMIT;
  std::string line(program_name);
  line += ' ';
  line += kVersion;
  if (!kCommit.empty()) (line += ' ') += kCommit;
  return line;
}

}  // namespace trunkline::cli
