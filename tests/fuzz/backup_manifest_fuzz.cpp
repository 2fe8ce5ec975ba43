// SPDX-License-Identifier: MIT

// A manifest of any bytes, as a disk or an object store may give it: it is refused with a line, or
// every path in it stays inside of a backup and it can be written again.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "backup/manifest.h"
#include "fuzz/target.h"

FUZZ_TARGET(backup_manifest) {
  using namespace trunkline;
  const auto manifest = backup::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) {
    assert(manifest.error().message.starts_with("manifest line ") &&
           !manifest.error().hint.empty());
    return 0;
  }
  for (const auto& file : manifest->files)
    assert(!file.path.starts_with('/') && file.path.find("..//") == std::string::npos &&
           file.path.find("/../") == std::string::npos);
  const auto again = backup::parse_manifest(backup::to_text(*manifest));
  assert(again && again->files == manifest->files);
  return 0;
}
