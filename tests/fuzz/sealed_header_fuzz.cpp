// SPDX-License-Identifier: MIT

// A header of any bytes. As a random CRC never fits, each input is tried with a fitting one, too.
// What is accepted is written back byte by byte.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "crypto/crc32c.h"
#include "fuzz/target.h"
#include "sealed/format.h"

namespace {

using namespace trunkline;

void check(core::ByteView bytes) {
  const auto header = sealed::parse_header(bytes);
  if (!header) return;
  assert(sealed::check(header->format));
  assert(std::ranges::equal(sealed::write_header(*header), bytes.first(sealed::kHeaderSize)));
}

}  // namespace

FUZZ_TARGET(sealed_header) {
  const auto bytes = std::as_bytes(std::span(data, size));
  check(bytes);
  if (size < sealed::kHeaderSize) return 0;
  core::Bytes fitting(bytes.begin(), bytes.end());
  constexpr std::size_t kCrcAt = sealed::kHeaderSize - 4;
  core::write_u32(fitting, kCrcAt, crypto::crc32c(core::ByteView(fitting).first(kCrcAt)));
  check(fitting);
  return 0;
}
