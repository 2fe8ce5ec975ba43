// SPDX-License-Identifier: MIT
#include <cstdint>

#include "softphone/netstring.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trunkline::softphone::NetstringReader reader;
  reader.append({reinterpret_cast<const char*>(data), size});
  for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
  }
  return 0;
}
