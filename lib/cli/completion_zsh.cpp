// SPDX-License-Identifier: MIT
// The same walk along the verbs as in bash, with descriptions.

#include <fmt/format.h>

#include "cli/completion.h"
#include "cli/generate.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

/// Inside single quotes; a colon would end the name in _describe.
std::string zsh_quoted(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'')
      result += "'\\''";
    else
      result += letter;
  }
  return result + "'";
}

std::string described(std::string_view name, std::string_view text) {
  std::string escaped;
  for (const char letter : name) {
    if (letter == ':') escaped += '\\';
    escaped += letter;
  }
  return zsh_quoted(fmt::format("{}:{}", escaped, text));
}

std::string described_flags(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    if (!short_name(option).empty()) text += " " + described(short_name(option), option.help);
    text += " " + described(long_name(option), option.help);
  }
  return text;
}

std::string zsh_value_case(std::string_view pattern, const Option& option) {
  if (option.value.empty()) return {};
  std::string patterns = fmt::format("{}{}", pattern, long_name(option));
  if (!short_name(option).empty()) patterns += fmt::format("|{}{}", pattern, short_name(option));
  std::string source = "_message " + zsh_quoted(option.value);
  const std::vector<std::string> values = values_of(option);
  if (!values.empty()) {
    source = option.complete == Complete::setting ? "compadd -S '' --" : "compadd --";
    for (const std::string& value : values) source += " " + zsh_quoted(value);
  } else if (option.complete == Complete::file) {
    source = "_files";
  } else if (option.complete == Complete::directory) {
    source = "_files -/";
  }
  return fmt::format("    {}) {}; return ;;\n", patterns, source);
}

std::string place_case(const Program& program, const Place& place) {
  std::string verbs;
  for (const std::string& word : place.words)
    verbs += " " + described(word, summary_after(program, place.path, word));
  std::string flags;
  if (place.command != nullptr) {
    flags = described_flags(place.command->options);
    for (const Argument& argument : place.command->arguments)
      for (const std::string& choice : argument.choices)
        verbs += " " + described(choice, argument.help);
  }
  return fmt::format("    {}) offers=({} ) flags=({} ) ;;\n", zsh_quoted(place.path), verbs, flags);
}

}  // namespace

std::string completion_for_zsh(const Program& program) {
  const std::vector<Place> places = places_of(program);
  const std::vector<Option> globals = global_options(program);
  std::string paths;
  std::string cases;
  std::string values;
  for (const Place& place : places) {
    if (!place.path.empty()) paths += (paths.empty() ? "" : "|") + zsh_quoted(place.path);
    cases += place_case(program, place);
    if (place.command == nullptr) continue;
    for (const Option& option : place.command->options)
      values += zsh_value_case(zsh_quoted(place.path) + ":", option);
  }
  for (const Option& option : globals) values += zsh_value_case("*:", option);
  const std::string walk = paths.empty()
                               ? ""
                               : fmt::format(
                                     "  local i\n"
                                     "  for ((i = 2; i < CURRENT; i++)); do\n"
                                     "    case \"${{verb:+$verb }}${{words[i]}}\" in\n"
                                     "      {}) verb=\"${{verb:+$verb }}${{words[i]}}\" ;;\n"
                                     "    esac\n"
                                     "  done\n",
                                     paths);
  return fmt::format(
      "#compdef {0}\n"
      "# SPDX-License-Identifier: MIT\n"
      "# Completion of {0} for zsh; generated from its table of verbs.\n"
      "_{0}() {{\n"
      "  local verb=''\n"
      "  local -a offers flags\n"
      "{1}"
      "  case \"$verb:${{words[CURRENT - 1]}}\" in\n{2}  esac\n"
      "  case \"$verb\" in\n{3}  esac\n"
      "  flags+=({4} )\n"
      "  if [[ ${{words[CURRENT]}} == -* ]]; then\n"
      "    _describe -o flag flags\n"
      "  else\n"
      "    (( ${{#offers}} )) && _describe word offers || _message argument\n"
      "  fi\n"
      "}}\n"
      "_{0} \"$@\"\n",
      program.name, walk, values, cases, described_flags(globals));
}

}  // namespace trunkline::cli
