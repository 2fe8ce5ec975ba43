// SPDX-License-Identifier: MIT

// A value of anybody's making for every setting: it is refused, or what it means is written and
// read back the same.

#include <cassert>
#include <cstdint>

#include "config/endpoint.h"
#include "config/value.h"
#include "fuzz/target.h"

namespace config = trunkline::config;

FUZZ_TARGET(config_value) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const config::Setting& setting : config::settings()) {
    const auto value = config::parse_value(setting, text);
    if (!value) {
      assert(!value.error().message.empty() && !value.error().hint.empty());
      continue;
    }
    assert(config::parse_value(setting, config::to_text(*value)) == *value);
  }
  if (const auto endpoint = config::parse_endpoint(text))
    assert(config::parse_endpoint(config::to_text(*endpoint)) == *endpoint);
  (void)config::without_password(text);
  return 0;
}
