// SPDX-License-Identifier: MIT

// The contents of a packed plaintext of any bytes: what is accepted adds up, and written again it
// is what was read.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "fuzz/target.h"
#include "packing/container.h"

using namespace trunkline;

FUZZ_TARGET(packing_container) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto contents = packing::read_contents(
      size, [&](std::uint64_t offset, std::span<std::byte> out) -> core::Result<void> {
        assert(offset <= size && out.size() <= size - offset);
        std::ranges::copy(bytes.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
        return {};
      });
  if (!contents) return 0;
  std::uint64_t frames = 0;
  for (std::size_t block = 0; block < contents->blocks(); ++block) {
    assert(contents->offsets[block] <= contents->offsets[block + 1]);
    assert(contents->frames_of(block) > 0);
    frames += contents->frames_of(block);
  }
  assert(frames == contents->frames);
  const core::Bytes written = packing::write_contents(*contents);
  assert(std::ranges::equal(written, bytes.last(written.size())));
  return 0;
}
