// SPDX-License-Identifier: MIT
#pragma once

// Bencoded values: integers, byte strings, lists and dictionaries. What is written is canonical
// (keys sorted by byte, each once); what is read may have its keys in any order, because rtpengine
// and Kamailio do not sort, and of a repeated key the first counts, as for them.
//
// Bounds on reading: 1 MiB, 32 levels, 65536 values; past them and on anything malformed a fault.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"

namespace trunkline::ng {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{1024} * 1024;
inline constexpr std::size_t kMaxDepth = 32;
inline constexpr std::size_t kMaxValues = 65536;

class Value;
struct Entry;
class Given;
using List = std::vector<Value>;

/// Keys in byte order, each once. Getters never fail: what is absent or of another type is
/// `otherwise`.
class Dictionary {
 public:
  Dictionary();
  /// The values of the list are moved out of.
  Dictionary(std::initializer_list<Given> entries);
  /// From key, value, key, value, ..., which are moved out of: what is no string as a key is left
  /// out.
  explicit Dictionary(std::span<Value> keys_and_values);
  Dictionary(const Dictionary&);
  Dictionary(Dictionary&&) noexcept;
  Dictionary& operator=(const Dictionary&);
  Dictionary& operator=(Dictionary&&) noexcept;
  ~Dictionary();

  const Value* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Adds or replaces.
  Dictionary& set(std::string_view key, Value value);
  void remove(std::string_view key);

  /// Valid as long as the dictionary is not changed.
  std::string_view text(std::string_view key, std::string_view otherwise = {}) const;
  /// Integers, and strings of decimal digits, as rtpengine takes them.
  std::int64_t integer(std::string_view key, std::int64_t otherwise = 0) const;
  /// The strings of a list; a lone string counts as a list of one.
  std::vector<std::string_view> texts(std::string_view key) const;
  /// Whether texts(key) holds `text`: has_text("flags", "fatal").
  bool has_text(std::string_view key, std::string_view text) const;
  /// Null where there is none.
  const Dictionary* dictionary(std::string_view key) const;
  const List* list(std::string_view key) const;

  std::size_t size() const noexcept;
  bool empty() const noexcept;
  std::vector<Entry>::const_iterator begin() const;
  std::vector<Entry>::const_iterator end() const;

  bool operator==(const Dictionary& other) const;

 private:
  std::vector<Entry> entries_;
};

class Value {
 public:
  Value() : value_(std::int64_t{0}) {}
  // NOLINTBEGIN(google-explicit-constructor): {{"ports", 2}, {"flags", List{"fatal"}}} reads well
  Value(std::int64_t integer) : value_(integer) {}
  Value(int integer) : value_(std::int64_t{integer}) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(std::string_view text) : value_(std::string(text)) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(List list) : value_(std::move(list)) {}
  Value(Dictionary dictionary) : value_(std::move(dictionary)) {}
  // NOLINTEND(google-explicit-constructor)
  Value(bool) = delete;

  /// Null where the value is of another type.
  const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&value_); }
  const std::string* text() const noexcept { return std::get_if<std::string>(&value_); }
  const List* list() const noexcept { return std::get_if<List>(&value_); }
  const Dictionary* dictionary() const noexcept { return std::get_if<Dictionary>(&value_); }
  /// Nothing where the value is of another type.
  std::optional<Dictionary> take_dictionary() &&;
  std::optional<std::string> take_text() &&;

  bool operator==(const Value& other) const;

 private:
  std::variant<std::int64_t, std::string, List, Dictionary> value_;
};

struct Entry {
  std::string key;
  Value value;

  bool operator==(const Entry&) const = default;
};

/// An entry written in braces. A list in braces gives its elements out for reading only, which
/// would copy a dictionary within a dictionary once for each level above it.
class Given {
 public:
  Given(std::string_view key, Value value) : key_(key), value_(std::move(value)) {}
  std::string_view key() const noexcept { return key_; }
  Value take() const { return std::move(value_); }

 private:
  std::string_view key_;
  mutable Value value_;
};

/// Exactly one value; bytes after it are a fault.
[[nodiscard]] core::Result<Value> parse_bencode(std::string_view bytes);

/// How many bytes the value at the start of `bytes` takes, for finding the end of a message in a
/// stream: nothing while it is incomplete, a fault when no continuation can make it valid.
[[nodiscard]] core::Result<std::optional<std::size_t>> bencode_length(std::string_view bytes);

std::string to_bencode(const Value& value);
std::string to_bencode(const Dictionary& dictionary);

}  // namespace trunkline::ng
