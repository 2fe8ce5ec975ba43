// SPDX-License-Identifier: MIT
#include "config/document.h"

#include <fmt/format.h>

#include "config/mdoc.h"
#include "config/setting.h"
#include "config/value.h"
#include "core/text.h"

namespace trunkline::config {
namespace {

std::string_view section_of(const Setting& setting) {
  return setting.key.substr(0, setting.key.find('.'));
}
std::string_view name_of(const Setting& setting) {
  return setting.key.substr(setting.key.find('.') + 1);
}

core::Json schema_of_text(const Setting& setting) {
  core::Json schema{{"type", "string"}};
  if (setting.form == Form::choice) {
    for (const auto choice : core::split(setting.choices, ' ')) schema["enum"].push_back(choice);
  } else if (setting.form == Form::path || setting.form == Form::socket) {
    schema["pattern"] = setting.fallback.empty() ? "^(/.*)?$" : "^/";
  } else if (setting.form == Form::endpoint) {
    schema["pattern"] = R"(^(udp|tcp):([0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$)";
  } else if (setting.form == Form::listener) {
    schema["pattern"] = R"(^(udp|tcp|tls):([0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$)";
  } else if (setting.form == Form::commanded) {
    schema["pattern"] = R"(^((udp|tcp):([0-9.]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}|unix:/.*)$)";
  } else if (setting.form == Form::advertised) {
    schema["pattern"] = R"(^[0-9A-Fa-f:.]+(/[0-9]{1,3})? +[0-9A-Fa-f:.]+$)";
  } else if (setting.form == Form::mailbox) {
    schema["pattern"] = setting.kind == Kind::text ? "^([^@]+@[^@]+)?$" : "^[^@]+@[^@]+$";
  } else if (setting.form == Form::web) {
    schema["pattern"] = "^(https?://[!-~]+)?$";
  }
  return schema;
}

core::Json schema_of(const Setting& setting) {
  core::Json schema;
  switch (setting.kind) {
    case Kind::text:
      schema = schema_of_text(setting);
      break;
    case Kind::integer:
      schema = {{"type", "integer"}, {"minimum", setting.least}};
      if (setting.most != std::numeric_limits<std::int64_t>::max())
        schema["maximum"] = setting.most;
      break;
    case Kind::boolean:
      schema = {{"type", "boolean"}};
      break;
    case Kind::duration:
      schema = {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}};
      break;
    case Kind::size:
      schema = {{"type", "string"}, {"pattern", "^[0-9]+(B|[KMGT]iB|[kMGT]B)$"}};
      break;
    case Kind::list:
      schema = {{"type", "array"}, {"items", schema_of_text(setting)}};
      if (setting.least > 0) schema["minItems"] = setting.least;
      break;
  }
  schema["description"] = setting.help;
  const auto value = parse_value(setting, setting.fallback);
  if (setting.kind == Kind::list)
    schema["default"] = std::get<std::vector<std::string>>(*value);
  else if (setting.kind == Kind::integer)
    schema["default"] = std::get<std::int64_t>(*value);
  else if (setting.kind == Kind::boolean)
    schema["default"] = std::get<bool>(*value);
  else
    schema["default"] = setting.fallback;
  return schema;
}

std::string default_in_toml(const Setting& setting) {
  if (setting.kind == Kind::integer || setting.kind == Kind::boolean)
    return std::string(setting.fallback);
  if (setting.kind != Kind::list) return fmt::format("\"{}\"", setting.fallback);
  std::vector<std::string> items;
  for (const auto item : core::split(setting.fallback, ','))
    if (!item.empty()) items.push_back(fmt::format("\"{}\"", item));
  return "[" + core::join(items, ", ") + "]";
}

/// "A duration from 1s to 1d; read by sipd; taken over by a reload."
std::string facts_of(const Setting& setting) {
  std::vector<std::string> readers;
  for (const auto reader : core::split(setting.used_by, ' ')) readers.emplace_back(reader);
  return mdoc_sentence(fmt::format("{}; read by {}{}", describe_type(setting),
                                   core::join(readers, ", "),
                                   setting.is_reloadable ? "; taken over by a reload" : ""));
}

}  // namespace

core::Json json_schema() {
  core::Json sections = core::Json::object();
  for (const Setting& setting : settings()) {
    core::Json& section = sections[std::string(section_of(setting))];
    if (section.is_null())
      section = {{"type", "object"},
                 {"additionalProperties", false},
                 {"properties", core::Json::object()}};
    section["properties"][std::string(name_of(setting))] = schema_of(setting);
  }
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "trunkline.toml"},
          {"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(sections)}};
}

std::string manual_of_settings() {
  std::string manual;
  std::string_view section;
  for (const Setting& setting : settings()) {
    if (section_of(setting) != section) {
      if (!section.empty()) manual += ".El\n";
      section = section_of(setting);
      manual += fmt::format(".Ss Section [{}]\n.Bl -tag -width Ds\n", section);
    }
    manual += fmt::format(".It Ic {} Li = {}\n", name_of(setting), default_in_toml(setting));
    manual += mdoc_sentence(setting.help) + "\n";
    if (!setting.man.empty()) manual += mdoc_paragraphs(setting.man);
    manual += facts_of(setting) + "\n";
  }
  return manual + ".El\n";
}

}  // namespace trunkline::config
