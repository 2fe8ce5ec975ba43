// SPDX-License-Identifier: MIT
#include "core/json_text.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "core/json.h"

namespace trunkline::core {
namespace {

constexpr std::uint64_t every_byte(std::uint8_t byte) {
  return 0x0101'0101'0101'0101U * byte;
}

/// Whether a byte of the word is below `limit` (at most 0x80).
constexpr bool has_byte_below(std::uint64_t word, std::uint8_t limit) {
  return ((word - every_byte(limit)) & ~word & every_byte(0x80)) != 0;
}

constexpr bool has_byte(std::uint64_t word, std::uint8_t byte) {
  return has_byte_below(word ^ every_byte(byte), 1);
}

bool is_plain(char c) {
  return c >= 0x20 && c != '"' && c != '\\';
}

/// How much of it a JSON string holds as it is; ASCII only. Eight bytes at a time: nearly
/// everything there is to write is plain.
std::size_t plain_prefix(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t word = 0; text.size() - size >= sizeof(word); size += sizeof(word)) {
    std::memcpy(&word, text.data() + size, sizeof(word));
    if (has_byte_below(word, 0x20) || has_byte(word, '"') || has_byte(word, '\\')) break;
    if ((word & every_byte(0x80)) != 0) break;
  }
  while (size < text.size() && is_plain(text[size])) ++size;
  return size;
}

}  // namespace

void append_json_string(std::string& text, std::string_view value) {
  const std::size_t begin = text.size();
  text += '"';
  std::string_view rest = value;
  for (;;) {
    const std::size_t plain = plain_prefix(rest);
    text += rest.substr(0, plain);
    if (plain == rest.size()) break;
    const char c = rest[plain];
    if (c != '"' && c != '\\') {
      // Control characters and what is not ASCII are left to the library.
      text.resize(begin);
      text += to_line(Json(value));
      return;
    }
    text += '\\';
    text += c;
    rest.remove_prefix(plain + 1);
  }
  text += '"';
}

JsonText::JsonText() {
  // Most objects fit; growing to there would copy them five times.
  text_.reserve(512);
  text_ += '{';
}

void JsonText::begin(std::string_view key) {
  // Keys are ours, and have nothing to escape.
  text_.append(text_.size() > 1 ? ",\"" : "\"").append(key).append("\":");
}

JsonText& JsonText::add(std::string_view key, std::string_view value) {
  begin(key);
  append_json_string(text_, value);
  return *this;
}

JsonText& JsonText::add(std::string_view key, std::span<const std::string> values) {
  begin(key);
  text_ += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text_ += ',';
    append_json_string(text_, values[i]);
  }
  text_ += ']';
  return *this;
}

JsonText& JsonText::add_raw(std::string_view key, std::string_view json) {
  begin(key);
  text_ += json;
  return *this;
}

std::string JsonText::finish() && {
  text_ += '}';
  return std::move(text_);
}

}  // namespace trunkline::core
