// SPDX-License-Identifier: MIT
#include "core/json.h"

#include <cmath>
#include <cstdint>

// What core/json_once.h promises everybody.
template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace trunkline::core {
namespace {

/// Depth of nesting outside of strings, so that the recursive parser never sees a deep input.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (in_string) {
      if (letter == '\\') ++i;
      if (letter == '"') in_string = false;
      continue;
    }
    if (letter == '"') in_string = true;
    if (letter == '{' || letter == '[') ++depth;
    if (letter == '}' || letter == ']') --depth;
    if (depth > kDeepestJson) return true;
  }
  return false;
}

const Json* member(const Json& json, std::string_view key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(std::string(key));
  return found == json.end() ? nullptr : &*found;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (is_too_deep(text)) return fault(ExitCode::data, "JSON is nested deeper than 64");
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fault(ExitCode::data, "text is not JSON");
  return json;
}

std::string to_line(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string text_at(const Json& json, std::string_view key, std::string_view otherwise) {
  const Json* const found = member(json, key);
  return found != nullptr && found->is_string() ? found->get<std::string>()
                                                : std::string(otherwise);
}

std::int64_t number_at(const Json& json, std::string_view key, std::int64_t otherwise) {
  const Json* const found = member(json, key);
  if (found == nullptr || !found->is_number()) return otherwise;
  // What does not fit would turn negative (2^63) or be undefined (1e300).
  if (found->is_number_unsigned())
    return found->get<std::uint64_t>() <= INT64_MAX ? found->get<std::int64_t>() : otherwise;
  constexpr double kBound = 9223372036854775808.0;
  if (found->is_number_float() && !(std::abs(found->get<double>()) < kBound)) return otherwise;
  return found->get<std::int64_t>();
}

bool bool_at(const Json& json, std::string_view key, bool otherwise) {
  const Json* const found = member(json, key);
  return found != nullptr && found->is_boolean() ? found->get<bool>() : otherwise;
}

}  // namespace trunkline::core
