// SPDX-License-Identifier: MIT
// The directory's local file may be damaged: whatever is in it gives a snapshot that writes back,
// or a fault.
#include <cstdint>
#include <cstdlib>

#include "directory/snapshot.h"
#include "fuzz/target.h"

FUZZ_TARGET(directory_snapshot) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const core::Result<directory::SnapshotPtr> snapshot = directory::parse_snapshot(text);
  if (!snapshot) return 0;
  for (const directory::Device& device : (*snapshot)->devices()) {
    (void)(*snapshot)->recording_of(device);
    (void)(*snapshot)->device(device.tenant, device.name);
  }
  const core::Result<directory::SnapshotPtr> again =
      directory::parse_snapshot(directory::to_text(**snapshot));
  if (!again || (*again)->version() != (*snapshot)->version()) std::abort();
  return 0;
}
