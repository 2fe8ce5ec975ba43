// SPDX-License-Identifier: MIT
#include "packing/container.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace trunkline::packing {
namespace {

constexpr std::string_view kMagic = "TLPACK01";
constexpr std::size_t kEndSize = 24;
constexpr std::size_t kFramesPerBlockAt = 8;
constexpr std::size_t kBlocksAt = 12;
constexpr std::size_t kFramesAt = 16;
constexpr std::size_t kLengthSize = 4;
constexpr std::uint32_t kMostBlocks = 1U << 20U;  // of ten seconds: four months
constexpr std::uint32_t kMostFramesPerBlock = 1U << 22U;

tl::unexpected<core::Fault> not_packed(const char* why) {
  return core::fault(core::ExitCode::data, std::string("these are no packed samples: ") + why,
                     "restore the file from its backup");
}

}  // namespace

std::size_t Contents::frames_of(std::size_t block) const {
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(frames_per_block, frames - std::uint64_t{block} * frames_per_block));
}

core::Bytes write_contents(const Contents& contents) {
  core::Bytes bytes(contents.blocks() * kLengthSize + kEndSize);
  for (std::size_t i = 0; i < contents.blocks(); ++i)
    core::write_u32(bytes, i * kLengthSize,
                    static_cast<std::uint32_t>(contents.offsets[i + 1] - contents.offsets[i]));
  const std::span<std::byte> end = std::span(bytes).last(kEndSize);
  std::ranges::copy(core::as_bytes(kMagic), end.begin());
  core::write_u32(end, kFramesPerBlockAt, contents.frames_per_block);
  core::write_u32(end, kBlocksAt, static_cast<std::uint32_t>(contents.blocks()));
  core::write_u64(end, kFramesAt, contents.frames);
  return bytes;
}

core::Result<Contents> read_contents(std::uint64_t size, const ReadAt& read) {
  if (size < kEndSize) return not_packed("they are too short");
  std::array<std::byte, kEndSize> end{};
  if (auto got = read(size - kEndSize, end); !got) return tl::unexpected(got.error());
  if (core::as_text(core::ByteView(end).first(kMagic.size())) != kMagic)
    return not_packed("wrong last bytes");
  Contents contents{.frames_per_block = core::read_u32(end, kFramesPerBlockAt),
                    .frames = core::read_u64(end, kFramesAt)};
  const std::uint32_t blocks = core::read_u32(end, kBlocksAt);
  const std::uint64_t lengths_size = std::uint64_t{blocks} * kLengthSize;
  if (blocks > kMostBlocks || contents.frames_per_block == 0 ||
      contents.frames_per_block > kMostFramesPerBlock || lengths_size > size - kEndSize)
    return not_packed("they cannot be so many");
  const std::uint64_t most = std::uint64_t{blocks} * contents.frames_per_block;
  if (contents.frames > most || contents.frames + contents.frames_per_block <= most)
    return not_packed("blocks and frames do not fit each other");

  core::Bytes lengths(static_cast<std::size_t>(lengths_size));
  if (auto got = read(size - kEndSize - lengths_size, lengths); !got)
    return tl::unexpected(got.error());
  contents.offsets.reserve(blocks + 1);
  for (std::uint32_t i = 0; i < blocks; ++i)
    contents.offsets.push_back(contents.offsets.back() +
                               core::read_u32(lengths, std::size_t{i} * kLengthSize));
  if (contents.offsets.back() + lengths_size + kEndSize != size)
    return not_packed("the lengths do not add up");
  return contents;
}

}  // namespace trunkline::packing
