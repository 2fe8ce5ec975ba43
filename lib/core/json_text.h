// SPDX-License-Identifier: MIT
#pragma once

// Writes one JSON object as text, key by key in the order given, for records that are written for
// every call: no tree is built. What it writes is what core::to_line() would write.
//
//   JsonText text;
//   text.add("name", "alice").add("number", 101);
//   std::string line = std::move(text).finish();

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace trunkline::core {

class JsonText {
 public:
  JsonText();

  /// Bytes that are not UTF-8 become U+FFFD.
  JsonText& add(std::string_view key, std::string_view value);
  JsonText& add(std::string_view key, const char* value) {
    return add(key, std::string_view(value));
  }
  template <std::integral Number>
  JsonText& add(std::string_view key, Number value) {
    return add_raw(key, std::to_string(value));
  }
  /// An array of strings.
  JsonText& add(std::string_view key, std::span<const std::string> values);
  /// `json` is one JSON value already.
  JsonText& add_raw(std::string_view key, std::string_view json);
  /// Leaves empty values out.
  JsonText& add_some(std::string_view key, std::string_view value) {
    return value.empty() ? *this : add(key, value);
  }

  std::string finish() &&;

 private:
  void begin(std::string_view key);
  std::string text_;
};

/// The value as a JSON string, quotes included.
void append_json_string(std::string& text, std::string_view value);

}  // namespace trunkline::core
