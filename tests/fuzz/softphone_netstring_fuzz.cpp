// SPDX-License-Identifier: MIT
#include <cstdint>

#include "fuzz/target.h"
#include "softphone/netstring.h"

FUZZ_TARGET(softphone_netstring) {
  trunkline::softphone::NetstringReader reader;
  reader.append({reinterpret_cast<const char*>(data), size});
  for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
  }
  return 0;
}
