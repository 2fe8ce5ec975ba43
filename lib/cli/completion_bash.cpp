// SPDX-License-Identifier: MIT
// One function: walks the words typed so far along the verbs, then offers what fits there. Needs
// nothing of the bash-completion package.

#include <fmt/format.h>

#include "cli/completion.h"
#include "cli/generate.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

std::string bash_quoted(std::string_view path) {
  return fmt::format("\"{}\"", path);
}

/// The case that answers with the values of the flag just typed.
std::string bash_value_case(std::string_view pattern, const Option& option) {
  if (option.value.empty()) return {};
  const std::vector<std::string> values = values_of(option);
  std::string patterns = fmt::format("{}{}", pattern, long_name(option));
  if (!short_name(option).empty()) patterns += fmt::format(" | {}{}", pattern, short_name(option));
  std::string source;
  if (!values.empty())
    source = fmt::format("compgen -W '{}' -- \"$word\"", core::join(values, " "));
  else if (option.complete == Complete::file)
    source = "compgen -f -- \"$word\"";
  else if (option.complete == Complete::directory)
    source = "compgen -d -- \"$word\"";
  std::string body =
      source.empty() ? "" : fmt::format("      mapfile -t COMPREPLY < <({})\n", source);
  if (option.complete == Complete::setting) body += "      compopt -o nospace\n";
  return fmt::format("    {})\n{}      return\n      ;;\n", patterns, body);
}

std::string place_case(const Place& place) {
  std::vector<std::string> offers = place.words;
  if (place.command != nullptr) {
    for (const std::string& name : names_of(place.command->options)) offers.push_back(name);
    for (const Argument& argument : place.command->arguments)
      offers.insert(offers.end(), argument.choices.begin(), argument.choices.end());
  }
  return fmt::format("    {}) offers='{}' ;;\n", bash_quoted(place.path), core::join(offers, " "));
}

}  // namespace

std::string completion_for_bash(const Program& program) {
  const std::vector<Place> places = places_of(program);
  const std::vector<Option> globals = global_options(program);
  std::string paths;
  std::string cases;
  std::string values;
  for (const Place& place : places) {
    if (!place.path.empty()) paths += (paths.empty() ? "" : " | ") + bash_quoted(place.path);
    cases += place_case(place);
    if (place.command == nullptr) continue;
    for (const Option& option : place.command->options)
      values += bash_value_case(bash_quoted(place.path) + ":", option);
  }
  for (const Option& option : globals) values += bash_value_case("*:", option);
  const std::string walk = paths.empty()
                               ? ""
                               : fmt::format(
                                     "  local i\n"
                                     "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                                     "    case \"${{verb:+$verb }}${{COMP_WORDS[i]}}\" in\n"
                                     "    {}) verb=\"${{verb:+$verb }}${{COMP_WORDS[i]}}\" ;;\n"
                                     "    esac\n"
                                     "  done\n",
                                     paths);
  return fmt::format(
      "# SPDX-License-Identifier: MIT\n"
      "# shellcheck shell=bash\n"
      "# Completion of {0} for bash; generated from its table of verbs.\n"
      "_{1}() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n"
      "  local verb=\"\" offers=\"\"\n"
      "  # Bash splits --flag=value into three words.\n"
      "  if [[ $word == \"=\" ]]; then word=\"\"; elif [[ $previous == \"=\" ]]; then "
      "previous=\"${{COMP_WORDS[COMP_CWORD - 2]}}\"; fi\n"
      "{2}"
      "  case \"$verb:$previous\" in\n{3}  esac\n"
      "  case \"$verb\" in\n{4}  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$offers {5}\" -- \"$word\")\n"
      "}}\n"
      "complete -F _{1} {0}\n",
      program.name, program.name, walk, values, cases, core::join(names_of(globals), " "));
}

}  // namespace trunkline::cli
