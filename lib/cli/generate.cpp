// SPDX-License-Identifier: MIT
#include "cli/generate.h"

#include <array>
#include <vector>

#include "config/document.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

struct Part {
  std::string_view name;
  std::string (*make)(const Program&);
};

std::string settings_manual(const Program&) {
  return config::manual_of_settings();
}
std::string settings_schema(const Program&) {
  return config::json_schema().dump(2) + "\n";
}

constexpr std::array<Part, 10> kParts{{{"verbs", list_of_verbs},
                                       {"man-synopsis", manual_synopsis},
                                       {"man-verbs", manual_verbs},
                                       {"man-options", manual_options},
                                       {"man-exits", manual_exits},
                                       {"man-settings", settings_manual},
                                       {"completion-bash", completion_for_bash},
                                       {"completion-zsh", completion_for_zsh},
                                       {"completion-fish", completion_for_fish},
                                       {"config-schema", settings_schema}}};

}  // namespace

core::Result<std::string> generate(const Program& program, std::string_view part) {
  std::vector<std::string> names;
  for (const Part& known : kParts) {
    if (known.name == part) return known.make(program);
    names.emplace_back(known.name);
  }
  return core::fault(core::ExitCode::usage,
                     "cannot generate '" + core::printable(part) + "': no such part",
                     "one of: " + core::join(names, ", "));
}

std::string list_of_verbs(const Program& program) {
  std::string text;
  for (const Command& command : program.commands)
    if (!command.path.empty()) text += command.path + "\n";
  return text;
}

}  // namespace trunkline::cli
