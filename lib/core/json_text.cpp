// SPDX-License-Identifier: MIT
#include "core/json_text.h"

#include <algorithm>
#include <utility>

#include "core/json.h"

namespace trunkline::core {
namespace {

/// Printable ASCII that means nothing in a JSON string: nearly everything there is to write.
bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& text, std::string_view value) {
  if (!std::ranges::all_of(value, is_plain)) {
    text += to_line(Json(value));
    return;
  }
  text += '"';
  text += value;
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
