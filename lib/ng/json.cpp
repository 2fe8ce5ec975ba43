// SPDX-License-Identifier: MIT
#include "ng/json.h"

#include <utility>

#include "core/json.h"

namespace trunkline::ng {

namespace {

using core::ExitCode;
using core::Json;

tl::unexpected<core::Fault> unreadable(const char* why) {
  return core::fault(ExitCode::data, std::string("cannot read NG message in JSON: ") + why);
}

/// Turns values around, within the bounds; `fault` says what was wrong.
struct Converter {
  std::optional<Value> value(const Json& json, std::size_t depth) {
    if (++values > kMaxValues) return refuse("too many values");
    if (depth > kMaxDepth) return refuse("nested too deeply");
    if (json.is_string()) return Value(json.get<std::string>());
    if (json.is_boolean()) return Value(std::int64_t{json.get<bool>() ? 1 : 0});
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      return refuse("a number that is too large");
    }
    if (json.is_number_integer()) return Value(json.get<std::int64_t>());
    if (json.is_array()) return list(json, depth);
    if (json.is_object()) return dictionary(json, depth);
    return refuse("a value that NG has no form for");
  }

  std::optional<Value> list(const Json& json, std::size_t depth) {
    List items;
    items.reserve(json.size());
    for (const Json& item : json) {
      auto converted = value(item, depth + 1);
      if (!converted) return std::nullopt;
      items.push_back(std::move(*converted));
    }
    return Value(std::move(items));
  }

  std::optional<Value> dictionary(const Json& json, std::size_t depth) {
    Dictionary entries;
    for (const auto& [key, item] : json.items()) {
      auto converted = value(item, depth + 1);
      if (!converted) return std::nullopt;
      if (!entries.has(key)) entries.set(key, std::move(*converted));
    }
    return Value(std::move(entries));
  }

  std::optional<Value> refuse(const char* why) {
    fault = why;
    return std::nullopt;
  }

  std::size_t values = 0;
  const char* fault = "";
};

Json json_of(const Dictionary& dictionary);

Json json_of(const Value& value) {
  if (const auto* const integer = value.integer()) return *integer;
  if (const auto* const text = value.text()) return *text;
  if (const auto* const dictionary = value.dictionary()) return json_of(*dictionary);
  Json array = Json::array();
  for (const Value& item : *value.list()) array.push_back(json_of(item));
  return array;
}

Json json_of(const Dictionary& dictionary) {
  Json object = Json::object();
  for (const Entry& entry : dictionary) object[entry.key] = json_of(entry.value);
  return object;
}

}  // namespace

core::Result<Dictionary> parse_json_dictionary(std::string_view bytes) {
  if (bytes.size() > kMaxMessageBytes) return unreadable("it is too long");
  const auto json = core::parse_json(bytes);
  if (!json) return unreadable("it is no JSON");
  if (!json->is_object()) return unreadable("it is no object");
  Converter converter;
  auto value = converter.value(*json, 1);
  if (!value) return unreadable(converter.fault);
  return std::move(*std::move(*value).take_dictionary());
}

core::Result<std::optional<std::size_t>> json_length(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  if (bytes.front() != '{') return unreadable("it is no object");
  std::size_t depth = 0;
  bool is_text = false;
  bool is_escaped = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= kMaxMessageBytes) return unreadable("it is too long");
    const char c = bytes[i];
    if (is_text) {
      const bool ends = c == '"' && !is_escaped;
      is_escaped = c == '\\' && !is_escaped;
      if (ends) is_text = false;
    } else if (c == '"') {
      is_text = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

std::string to_json(const Dictionary& dictionary) {
  return core::to_line(json_of(dictionary));
}

}  // namespace trunkline::ng
