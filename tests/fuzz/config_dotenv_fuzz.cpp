// SPDX-License-Identifier: MIT

// An environment file of anybody's making: it is read or refused by its line, names are unique, and
// a value that is written between single quotes is read back the same.

#include <cassert>
#include <cstdint>
#include <set>

#include "config/dotenv.h"
#include "fuzz/target.h"

namespace config = trunkline::config;

FUZZ_TARGET(config_dotenv) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entries = config::parse_dotenv(text, "fuzz");
  if (!entries) {
    assert(entries.error().message.starts_with("fuzz:") && !entries.error().hint.empty());
    return 0;
  }
  std::set<std::string> names;
  for (const config::DotenvEntry& entry : *entries) {
    assert(names.insert(entry.name).second);
    const std::string_view value = entry.value.reveal_text();
    if (value.find_first_of("'\n\r") != std::string_view::npos) continue;
    const std::string line = "export " + entry.name + "='" + std::string(value) + "' # again";
    const auto again = config::parse_dotenv(line, "again");
    assert(again && again->size() == 1 && !again->front().has_reference);
    assert(again->front().value.reveal_text() == value);
  }
  return 0;
}
