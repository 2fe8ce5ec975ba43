// SPDX-License-Identifier: MIT
#include "trunkline/setting.h"

namespace trunkline::commands {

core::Json setting_json(const config::Setting& setting, const config::Config& config) {
  core::Json json{{"key", setting.key}};
  const config::Value& value = config.value(setting.key);
  if (const auto* const number = std::get_if<std::int64_t>(&value))
    json["value"] = *number;
  else if (const auto* const flag = std::get_if<bool>(&value))
    json["value"] = *flag;
  else if (const auto* const items = std::get_if<std::vector<std::string>>(&value))
    json["value"] = *items;
  else
    json["value"] = config.shown(setting.key);
  json["origin"] = config.origin(setting.key);
  json["help"] = setting.help;
  return json;
}

}  // namespace trunkline::commands
