// SPDX-License-Identifier: MIT
#include "core/json_text.h"

#include <algorithm>
#include <utility>

#include "core/json.h"

namespace trunkline::core {
namespace {

/// Nearly everything there is to write; what is not is left to the library.
bool is_printable_ascii(char c) {
  return c >= 0x20 && c < 0x7F;
}

}  // namespace

void append_json_string(std::string& text, std::string_view value) {
  if (!std::ranges::all_of(value, is_printable_ascii)) {
    text += to_line(Json(value));
    return;
  }
  text += '"';
  while (!value.empty()) {
    const std::size_t plain = std::min(value.find_first_of("\"\\"), value.size());
    text += value.substr(0, plain);
    if (plain == value.size()) break;
    text += '\\';
    text += value[plain];
    value.remove_prefix(plain + 1);
  }
  text += '"';
}

void JsonText::begin(std::string_view key) {
  if (text_.size() > 1) text_ += ',';
  append_json_string(text_, key);
  text_ += ':';
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
