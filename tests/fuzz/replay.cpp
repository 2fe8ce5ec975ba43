// SPDX-License-Identifier: MIT

// replay TARGET CORPUS: runs a fuzz target once over every file of its corpus, so that the corpus
// is a test everywhere and not only where libFuzzer is.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace trunkline::fuzz {

namespace {

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> known;
  return known;
}

int replay(Target target, const std::filesystem::path& corpus) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++count;
  }
  std::printf("%d corpus files replayed\n", count);
  return count > 0 ? 0 : 1;
}

}  // namespace

Known::Known(const char* name, Target target) {
  targets().emplace(name, target);
}

}  // namespace trunkline::fuzz

int main(int argc, char** argv) {
  using namespace trunkline::fuzz;
  const auto found = argc == 3 ? targets().find(argv[1]) : targets().end();
  if (found == targets().end()) {
    std::fprintf(stderr,
                 "fuzz_replay: no such target; it is called with a target and its corpus\n");
    return 64;
  }
  return replay(found->second, argv[2]);
}
