// SPDX-License-Identifier: MIT
#include "ng/bencode.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace trunkline::ng {

namespace {

using core::ExitCode;

tl::unexpected<core::Fault> malformed(std::size_t offset, std::string_view why) {
  return core::fault(ExitCode::data,
                     fmt::format("cannot read bencode at byte {}: {}", offset, why));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

enum class Kind : std::uint8_t { integer, text, list_begin, dictionary_begin, end };

struct Token {
  Kind kind = Kind::end;
  std::int64_t integer = 0;
  std::string_view text = {};
};

/// Splits bytes into tokens. Running out of bytes inside a token that may still become valid is
/// told apart from bytes that never will.
class Scanner {
 public:
  explicit Scanner(std::string_view bytes) : bytes_(bytes) {}

  std::size_t offset() const noexcept { return offset_; }
  bool is_at_end() const noexcept { return offset_ == bytes_.size(); }

  /// Nothing: more bytes are needed.
  core::Result<std::optional<Token>> next() {
    if (is_at_end()) return std::nullopt;
    const char first = bytes_[offset_];
    switch (first) {
      case 'i':
        return integer();
      case 'l':
        ++offset_;
        return Token{.kind = Kind::list_begin};
      case 'd':
        ++offset_;
        return Token{.kind = Kind::dictionary_begin};
      case 'e':
        ++offset_;
        return Token{.kind = Kind::end};
      default:
        break;
    }
    if (is_digit(first)) return text();
    return malformed(offset_, "no value begins like this");
  }

 private:
  // 20 characters: the longest int64 with its sign.
  static constexpr std::size_t kMaxNumber = 20;

  core::Result<std::optional<Token>> integer() {
    const auto end = bytes_.find('e', offset_ + 1);
    const auto digits = bytes_.substr(
        offset_ + 1, end == std::string_view::npos ? std::string_view::npos : end - offset_ - 1);
    if (digits.size() > kMaxNumber) return malformed(offset_, "an integer of too many digits");
    if (end == std::string_view::npos) return std::nullopt;
    Token token{.kind = Kind::integer};
    const auto* last = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), last, token.integer);
    if (error != std::errc{} || stop != last) return malformed(offset_, "no integer");
    offset_ = end + 1;
    return token;
  }

  core::Result<std::optional<Token>> text() {
    std::size_t colon = offset_;
    while (colon < bytes_.size() && is_digit(bytes_[colon])) ++colon;
    const auto digits = bytes_.substr(offset_, colon - offset_);
    if (digits.size() > 7) return malformed(offset_, "a string that is too long");
    if (colon == bytes_.size()) return std::nullopt;
    if (bytes_[colon] != ':') return malformed(colon, "a string length without ':'");
    std::size_t size = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (size > kMaxMessageBytes) return malformed(offset_, "a string that is too long");
    if (bytes_.size() - colon - 1 < size) return std::nullopt;
    Token token{.kind = Kind::text, .text = bytes_.substr(colon + 1, size)};
    offset_ = colon + 1 + size;
    return token;
  }

  std::string_view bytes_;
  std::size_t offset_ = 0;
};

/// The values read so far whose list or dictionary has not ended yet, of all levels one behind the
/// other: a level is copied once, into a list of the right size.
class Unfinished {
 public:
  Unfinished() { values_.reserve(kUsual); }

  std::size_t depth() const noexcept { return levels_.size(); }
  /// Whether the next value is a dictionary's key.
  bool wants_key() const {
    return depth() > 0 && levels_.back().is_dictionary &&
           (values_.size() - levels_.back().begin) % 2 == 0;
  }
  bool is_in_dictionary() const { return depth() > 0 && levels_.back().is_dictionary; }
  void begin(bool is_dictionary) {
    levels_.push_back({.is_dictionary = is_dictionary, .begin = values_.size()});
  }
  void add(Value value) { values_.push_back(std::move(value)); }
  /// Ends the innermost level, which there is.
  Value end() {
    const Level level = levels_.back();
    levels_.pop_back();
    const auto first = values_.begin() + static_cast<std::ptrdiff_t>(level.begin);
    Value value =
        level.is_dictionary
            ? Value(Dictionary(std::span(first, values_.end())))
            : Value(List(std::make_move_iterator(first), std::make_move_iterator(values_.end())));
    values_.erase(first, values_.end());
    return value;
  }

 private:
  static constexpr std::size_t kUsual = 64;  ///< values of a message
  struct Level {
    bool is_dictionary = false;
    std::size_t begin = 0;  ///< its first in values_; of a dictionary: key, value, key, value
  };
  std::vector<Level> levels_;
  std::vector<Value> values_;
};

}  // namespace

core::Result<Value> parse_bencode(std::string_view bytes) {
  if (bytes.size() > kMaxMessageBytes) return malformed(0, "more than 1 MiB");
  Scanner scanner(bytes);
  Unfinished open;
  for (std::size_t count = 0; count < kMaxValues; ++count) {
    const auto offset = scanner.offset();
    auto token = scanner.next();
    if (!token) return tl::unexpected(std::move(token.error()));
    if (!*token) return malformed(bytes.size(), "the value is not complete");

    const bool wants_key = open.wants_key();
    const auto kind = (*token)->kind;
    if (wants_key && kind != Kind::text && kind != Kind::end) {
      return malformed(offset, "a dictionary's key is no string");
    }
    Value value;
    switch (kind) {
      case Kind::integer:
        value = Value((*token)->integer);
        break;
      case Kind::text:
        value = Value((*token)->text);
        break;
      case Kind::list_begin:
      case Kind::dictionary_begin:
        if (open.depth() == kMaxDepth) return malformed(offset, "deeper than 32 levels");
        open.begin(kind == Kind::dictionary_begin);
        continue;
      case Kind::end:
        if (open.depth() == 0) return malformed(offset, "an end without a beginning");
        if (open.is_in_dictionary() && !wants_key) return malformed(offset, "a key without value");
        value = open.end();
        break;
    }
    if (open.depth() > 0) {
      open.add(std::move(value));
      continue;
    }
    if (!scanner.is_at_end()) return malformed(scanner.offset(), "bytes after the value");
    return value;
  }
  return malformed(scanner.offset(), "more than 65536 values");
}

core::Result<std::optional<std::size_t>> bencode_length(std::string_view bytes) {
  Scanner scanner(bytes);
  std::size_t depth = 0;
  for (std::size_t count = 0; count < kMaxValues; ++count) {
    const auto offset = scanner.offset();
    auto token = scanner.next();
    if (!token) return tl::unexpected(std::move(token.error()));
    if (!*token) {
      if (bytes.size() > kMaxMessageBytes) return malformed(offset, "more than 1 MiB");
      return std::nullopt;
    }
    switch ((*token)->kind) {
      case Kind::list_begin:
      case Kind::dictionary_begin:
        if (++depth > kMaxDepth) return malformed(offset, "deeper than 32 levels");
        break;
      case Kind::end:
        if (depth == 0) return malformed(offset, "an end without a beginning");
        --depth;
        break;
      case Kind::integer:
      case Kind::text:
        break;
    }
    if (depth == 0) return scanner.offset();
  }
  return malformed(scanner.offset(), "more than 65536 values");
}

namespace {

void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append(std::string& out, const Dictionary& dictionary);

void append(std::string& out, const Value& value) {
  if (const auto* integer = value.integer()) {
    out += 'i';
    out += std::to_string(*integer);
    out += 'e';
  } else if (const auto* text = value.text()) {
    append_text(out, *text);
  } else if (const auto* list = value.list()) {
    out += 'l';
    for (const auto& one : *list) append(out, one);
    out += 'e';
  } else if (const auto* dictionary = value.dictionary()) {
    append(out, *dictionary);
  }
}

void append(std::string& out, const Dictionary& dictionary) {
  out += 'd';
  for (const auto& entry : dictionary) {
    append_text(out, entry.key);
    append(out, entry.value);
  }
  out += 'e';
}

}  // namespace

std::string to_bencode(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string to_bencode(const Dictionary& dictionary) {
  std::string out;
  append(out, dictionary);
  return out;
}

}  // namespace trunkline::ng
