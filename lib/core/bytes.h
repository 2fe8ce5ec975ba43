// SPDX-License-Identifier: MIT
#pragma once

// Bytes as spans, big-endian fields, and the two text forms of bytes. Readers assert their bounds:
// a parser checks the length once, then reads.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::core {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::uint8_t read_u8(ByteView bytes, std::size_t offset) noexcept {
  assert(offset < bytes.size());
  return std::to_integer<std::uint8_t>(bytes[offset]);
}
std::uint16_t read_u16(ByteView bytes, std::size_t offset);
std::uint32_t read_u32(ByteView bytes, std::size_t offset);
std::uint64_t read_u64(ByteView bytes, std::size_t offset);
void write_u16(std::span<std::byte> bytes, std::size_t offset, std::uint16_t value);
void write_u32(std::span<std::byte> bytes, std::size_t offset, std::uint32_t value);
void write_u64(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value);
/// Big-endian, at the end.
void append_u32(std::string& bytes, std::uint32_t value);
void append_u64(std::string& bytes, std::uint64_t value);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(ByteView bytes);
/// Accepts both cases; an odd length or another character is a fault.
Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string to_base64(ByteView bytes);
/// Strict: padding is required, nothing else is skipped.
Result<Bytes> from_base64(std::string_view text);

}  // namespace trunkline::core
