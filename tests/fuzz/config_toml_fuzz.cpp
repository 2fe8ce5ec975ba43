// SPDX-License-Identifier: MIT

// A configuration file of anybody's making: it is read or refused, and what was read and fits is
// written and read back the same.

#include <cassert>
#include <cstdint>
#include <map>

#include "config/toml_file.h"
#include "fuzz/target.h"

namespace config = trunkline::config;

FUZZ_TARGET(config_toml) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entries = config::parse_toml(text, "fuzz");
  if (!entries) {
    assert(entries.error().message.starts_with("fuzz:") && !entries.error().hint.empty());
    return 0;
  }
  std::map<std::string, std::pair<const config::Setting*, config::Value>> known;
  for (const config::TomlEntry& entry : *entries) {
    const config::Setting* const setting = config::find_setting(entry.key);
    if (setting == nullptr) continue;
    auto value = config::value_of(*setting, entry);
    if (value) known.insert_or_assign(entry.key, std::pair(setting, std::move(*value)));
  }
  std::vector<std::pair<const config::Setting*, config::Value>> values;
  for (auto& [key, entry] : known) values.push_back(std::move(entry));
  const auto again = config::parse_toml(config::to_toml(values), "written");
  assert(again && again->size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = config::value_of(*values[i].first, (*again)[i]);
    assert(value && *value == values[i].second);
  }
  return 0;
}
