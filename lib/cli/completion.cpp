// SPDX-License-Identifier: MIT
#include "cli/completion.h"

#include <algorithm>

#include "cli/verbs.h"
#include "config/setting.h"

namespace trunkline::cli {

std::vector<Place> places_of(const Program& program) {
  std::vector<Place> places;
  const auto add = [&](const std::string& path) {
    const auto known = std::find_if(places.begin(), places.end(),
                                    [&](const Place& place) { return place.path == path; });
    if (known != places.end()) return;
    const auto command =
        std::find_if(program.commands.begin(), program.commands.end(),
                     [&](const Command& candidate) { return candidate.path == path; });
    places.push_back({path, words_after(program, path),
                      command == program.commands.end() ? nullptr : &*command});
  };
  add("");
  for (const Command& command : program.commands)
    for (std::size_t end = 0; end < command.path.size();) {
      end = std::min(command.path.find(' ', end + 1), command.path.size());
      add(command.path.substr(0, end));
    }
  return places;
}

std::vector<std::string> values_of(const Option& option) {
  if (option.complete != Complete::setting) return option.choices;
  std::vector<std::string> keys;
  for (const config::Setting& setting : config::settings())
    keys.push_back(std::string(setting.key) + "=");
  return keys;
}

std::string summary_after(const Program& program, const std::string& path,
                          const std::string& word) {
  const std::string whole = path.empty() ? word : path + " " + word;
  for (const Command& command : program.commands)
    if (command.path == whole) return command.summary;
  std::string verbs;
  for (const std::string& verb : words_after(program, whole))
    verbs += (verbs.empty() ? "" : ", ") + verb;
  return verbs;
}

std::vector<std::string> names_of(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    if (!short_name(option).empty()) names.push_back(short_name(option));
    names.push_back(long_name(option));
  }
  return names;
}

}  // namespace trunkline::cli
