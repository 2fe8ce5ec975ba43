// SPDX-License-Identifier: MIT
#include "core/bytes.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace trunkline::core {
namespace {

template <class T>
T read_big_endian(ByteView bytes, std::size_t offset) {
  assert(offset + sizeof(T) <= bytes.size());
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8 | std::to_integer<T>(bytes[offset + i]));
  return value;
}

template <class T>
void write_big_endian(std::span<std::byte> bytes, std::size_t offset, T value) {
  assert(offset + sizeof(T) <= bytes.size());
  for (std::size_t i = sizeof(T); i-- > 0;) {
    bytes[offset + i] = static_cast<std::byte>(value & 0xff);
    value = static_cast<T>(value >> 8);
  }
}

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

// A 16-bit shift of a 16-bit value needs no widening loop.
std::uint16_t read_u16(ByteView bytes, std::size_t offset) {
  assert(offset + 2 <= bytes.size());
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[offset]) << 8 |
                                    std::to_integer<unsigned>(bytes[offset + 1]));
}
std::uint32_t read_u32(ByteView bytes, std::size_t offset) {
  return read_big_endian<std::uint32_t>(bytes, offset);
}
std::uint64_t read_u64(ByteView bytes, std::size_t offset) {
  return read_big_endian<std::uint64_t>(bytes, offset);
}
void write_u16(std::span<std::byte> bytes, std::size_t offset, std::uint16_t value) {
  write_big_endian(bytes, offset, value);
}
void write_u32(std::span<std::byte> bytes, std::size_t offset, std::uint32_t value) {
  write_big_endian(bytes, offset, value);
}
void write_u64(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value) {
  write_big_endian(bytes, offset, value);
}
void append_u32(std::string& bytes, std::uint32_t value) {
  std::array<std::byte, sizeof value> written{};
  write_u32(written, 0, value);
  bytes += as_text(written);
}
void append_u64(std::string& bytes, std::uint64_t value) {
  std::array<std::byte, sizeof value> written{};
  write_u64(written, 0, value);
  bytes += as_text(written);
}

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += kHexDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kHexDigits[std::to_integer<unsigned>(byte) & 0xf];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fault(ExitCode::data, "hexadecimal text has an odd length");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return fault(ExitCode::data, "text is not hexadecimal");
    bytes.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < left ? std::to_integer<unsigned>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= left ? kBase64Digits[group >> (18 - 6 * k) & 0x3f] : '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  static const auto kValues = [] {
    std::array<int, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kBase64Digits.size(); ++i)
      values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<int>(i);
    return values;
  }();
  if (text.size() % 4 != 0) return fault(ExitCode::data, "base64 text is cut short");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool is_last = i + 4 == text.size();
    unsigned group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const bool is_padding = is_last && k >= 4 - padding;
      const int value = is_padding ? 0 : kValues[static_cast<unsigned char>(text[i + k])];
      if (value < 0) return fault(ExitCode::data, "text is not base64");
      group = group << 6 | static_cast<unsigned>(value);
    }
    const std::size_t count = is_last ? 3 - padding : 3;
    for (std::size_t k = 0; k < count; ++k)
      bytes.push_back(static_cast<std::byte>(group >> (16 - 8 * k) & 0xff));
  }
  return bytes;
}

}  // namespace trunkline::core
