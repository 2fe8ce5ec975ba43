// SPDX-License-Identifier: MIT
// One `complete` line a verb and a flag, each under the condition that the words so far lead there.

#include <fmt/format.h>

#include "cli/completion.h"
#include "cli/generate.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

/// Inside single quotes fish knows \' and \\ only.
std::string fish_quoted(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + "'";
}

std::string flag_line(const std::string& beginning, const Option& option) {
  std::string line = beginning;
  if (!short_name(option).empty()) line += " -s " + short_name(option).substr(1);
  const std::string name = long_name(option);
  line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  line += " -d " + fish_quoted(option.help);
  if (option.value.empty()) return line + "\n";
  const std::vector<std::string> values = values_of(option);
  if (!values.empty()) return line + " -x -a " + fish_quoted(core::join(values, " ")) + "\n";
  if (option.complete == Complete::directory)
    return line + " -x -a '(__fish_complete_directories)'\n";
  return line + (option.complete == Complete::file ? " -r -F\n" : " -x\n");
}

}  // namespace

std::string completion_for_fish(const Program& program) {
  const std::vector<Place> places = places_of(program);
  std::string paths;
  for (const Place& place : places)
    if (!place.path.empty()) paths += " " + fish_quoted(place.path);
  std::string text = fmt::format(
      "# SPDX-License-Identifier: MIT\n"
      "# Completion of {0} for fish; generated from its table of verbs.\n"
      "function __{0}_is_at\n"
      "    set -l verb\n"
      "    for word in (commandline -opc)[2..]\n"
      "        set -l longer (string join -- ' ' $verb $word)\n"
      "        contains -- $longer{1}; and set verb $longer\n"
      "    end\n"
      "    test \"$verb\" = \"$argv[1]\"\n"
      "end\n"
      "complete -c {0} -f\n",
      program.name, paths);
  for (const Option& option : global_options(program))
    text += flag_line("complete -c " + program.name, option);
  for (const Place& place : places) {
    // The condition is one argument of `complete`, so its own quotes are escaped.
    const std::string beginning = fmt::format(
        "complete -c {} -n {}", program.name,
        fish_quoted(fmt::format("__{}_is_at {}", program.name, fish_quoted(place.path))));
    for (const std::string& word : place.words)
      text += fmt::format("{} -a {} -d {}\n", beginning, fish_quoted(word),
                          fish_quoted(summary_after(program, place.path, word)));
    if (place.command == nullptr) continue;
    for (const Option& option : place.command->options) text += flag_line(beginning, option);
    for (const Argument& argument : place.command->arguments)
      if (!argument.choices.empty())
        text +=
            fmt::format("{} -a {} -d {}\n", beginning,
                        fish_quoted(core::join(argument.choices, " ")), fish_quoted(argument.help));
  }
  return text;
}

}  // namespace trunkline::cli
