// SPDX-License-Identifier: MIT
#include "config/toml_file.h"

#include <fmt/format.h>

#include <sstream>

// toml++ asserts about its input ("[[[" aborts) before the code that refuses it with words.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "core/text.h"

namespace trunkline::config {
namespace {

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::array:
      return "a list of something else than text";
    case toml::node_type::table:
      return "a table";
    default:
      return "a value";
  }
}

decltype(TomlEntry::value) read_node(const toml::node& node) {
  if (const auto* const text = node.as_string()) return text->get();
  if (const auto* const number = node.as_integer()) return number->get();
  if (const auto* const flag = node.as_boolean()) return flag->get();
  if (const auto* const array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
      if (!item.is_string()) return OtherValue{type_name(node)};
      items.push_back(item.as_string()->get());
    }
    return items;
  }
  return OtherValue{type_name(node)};
}

void flatten(const toml::table& table, const std::string& prefix, std::vector<TomlEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const toml::table* const inner = node.as_table()) {
      flatten(*inner, path + ".", entries);
      continue;
    }
    entries.push_back({path, read_node(node), node.source().begin.line});
  }
}

/// How the type of an entry is called in "must be ..., not ...".
std::string describe(const TomlEntry& entry) {
  if (const auto* const text = std::get_if<std::string>(&entry.value))
    return "\"" + core::printable(*text) + "\"";
  if (const auto* const number = std::get_if<std::int64_t>(&entry.value))
    return std::to_string(*number);
  if (const auto* const flag = std::get_if<bool>(&entry.value)) return *flag ? "true" : "false";
  if (std::holds_alternative<std::vector<std::string>>(entry.value)) return "a list";
  return std::get<OtherValue>(entry.value).type;
}

core::Fault wrong_type(const Setting& setting, const TomlEntry& entry) {
  const auto* const number = std::get_if<std::int64_t>(&entry.value);
  std::string hint;
  if (number != nullptr && setting.kind == Kind::duration)
    hint = fmt::format("write it with a unit, in quotes: \"{}s\"", *number);
  else if (number != nullptr && setting.kind == Kind::size)
    hint = fmt::format("write it with a unit, in quotes: \"{}KiB\"", *number);
  else if (setting.kind == Kind::list)
    hint = "write a list of texts: [\"first\", \"second\"]";
  else
    hint = fmt::format("the default is {}", setting.fallback.empty() ? "\"\"" : setting.fallback);
  return {
      core::ExitCode::config,
      fmt::format("{} must be {}, not {}", setting.key, describe_type(setting), describe(entry)),
      std::move(hint)};
}

template <class T>
core::Result<Value> checked(const Setting& setting, const T& given) {
  Value value = given;
  if (auto fits = check_value(setting, value); !fits) return tl::unexpected(fits.error());
  return value;
}

}  // namespace

core::Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view name) {
  try {
    const toml::table table = toml::parse(text);
    std::vector<TomlEntry> entries;
    flatten(table, "", entries);
    return entries;
  } catch (const toml::parse_error& error) {
    std::string reason(error.description());
    // toml++ begins with "Error while parsing ...", which is one word too many in our sentence.
    constexpr std::string_view kBeginning = "Error while ";
    if (reason.starts_with(kBeginning)) reason.erase(0, kBeginning.size());
    return core::fault(core::ExitCode::config,
                       fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line,
                                   core::printable(reason)),
                       "text needs quotes, sections are [names]; see trunkline.toml(5)");
  }
}

core::Result<Value> value_of(const Setting& setting, const TomlEntry& entry) {
  const auto* const text = std::get_if<std::string>(&entry.value);
  const auto* const number = std::get_if<std::int64_t>(&entry.value);
  const auto* const flag = std::get_if<bool>(&entry.value);
  const auto* const items = std::get_if<std::vector<std::string>>(&entry.value);
  switch (setting.kind) {
    case Kind::text:
      if (text != nullptr) return checked(setting, *text);
      break;
    case Kind::duration:
    case Kind::size:
      if (text != nullptr) return parse_value(setting, *text);
      break;
    case Kind::integer:
      if (number != nullptr) return checked(setting, *number);
      break;
    case Kind::boolean:
      if (flag != nullptr) return Value(*flag);
      break;
    case Kind::list:
      if (items != nullptr) return checked(setting, *items);
      break;
  }
  return tl::unexpected(wrong_type(setting, entry));
}

std::string to_toml(const std::vector<std::pair<const Setting*, Value>>& values) {
  toml::table document;
  for (const auto& [setting, value] : values) {
    const auto dot = setting->key.find('.');
    const std::string_view section = setting->key.substr(0, dot);
    const std::string_view name = setting->key.substr(dot + 1);
    if (!document.contains(section)) document.insert(section, toml::table{});
    toml::table& table = *document[section].as_table();
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
      table.insert_or_assign(name, *number);
    } else if (const auto* const flag = std::get_if<bool>(&value)) {
      table.insert_or_assign(name, *flag);
    } else if (const auto* const items = std::get_if<std::vector<std::string>>(&value)) {
      toml::array array;
      for (const std::string& item : *items) array.push_back(item);
      table.insert_or_assign(name, std::move(array));
    } else {
      table.insert_or_assign(name, to_text(value));
    }
  }
  std::ostringstream text;
  text << toml::toml_formatter(document) << '\n';
  return text.str();
}

}  // namespace trunkline::config
