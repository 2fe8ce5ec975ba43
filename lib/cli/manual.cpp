// SPDX-License-Identifier: MIT
// The generated parts of the manual pages, in mdoc(7): semantic macros, one sentence a line.

#include <fmt/format.h>

#include <map>

#include "cli/generate.h"
#include "cli/help.h"
#include "config/mdoc.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

/// The argument of a macro: words that are macro names or punctuation are quoted away.
std::string word(std::string_view text) {
  const bool is_single = text.size() <= 2 && !text.empty() && text.front() != '-';
  return (is_single ? "\\&" : "") + config::mdoc_escaped(text);
}

/// "Fl n , Fl Fl limit Ar N".
std::string flag_macros(const Option& option) {
  std::string macros;
  const std::string letter = short_name(option);
  const std::string name = long_name(option);
  if (!letter.empty()) macros += fmt::format("Fl {} , ", letter.substr(1));
  macros += name.starts_with("--") ? "Fl Fl " + name.substr(2) : "Fl " + name.substr(1);
  if (!option.value.empty()) macros += " Ar " + word(option.value);
  return macros;
}

/// The same for a synopsis: the long form only.
std::string flag_in_synopsis(const Option& option) {
  Option plain = option;
  plain.name = long_name(option);
  return flag_macros(plain);
}

std::string option_list(const std::vector<Option>& options) {
  std::string text = ".Bl -tag -width Ds\n";
  for (const Option& option : options) {
    text += ".It " + flag_macros(option) + "\n" + config::mdoc_sentence(option.help) + "\n";
    if (!option.choices.empty()) {
      std::vector<std::string> choices;
      for (const std::string& choice : option.choices) choices.push_back("\n.Cm " + word(choice));
      text += "One of" + core::join(choices, " ,") + " .\n";
    }
    if (!option.fallback.empty())
      text += "Default: " + config::mdoc_escaped(option.fallback) + ".\n";
  }
  return text + ".El\n";
}

std::string command_macros(const Command& command) {
  std::string text = fmt::format(".Cm {}\n", command.path);
  for (const Argument& argument : command.arguments)
    text += fmt::format("{} {}{}\n", argument.is_optional ? ".Op Ar" : ".Ar", word(argument.name),
                        argument.is_repeatable ? " ..." : "");
  return text;
}

}  // namespace

std::string manual_synopsis(const Program& program) {
  std::string text;
  for (const Command& command : program.commands) {
    text += ".Nm\n";
    if (!command.path.empty()) text += fmt::format(".Cm {}\n", command.path);
    // A program without verbs shows its common flags here; a tool has them in OPTIONS alone.
    if (command.path.empty())
      for (const Option& option : global_options(program))
        text += ".Op " + flag_in_synopsis(option) + "\n";
    for (const Option& option : command.options)
      text += (option.is_required ? "." : ".Op ") + flag_in_synopsis(option) + "\n";
    for (const Argument& argument : command.arguments)
      text += fmt::format("{} {}{}\n", argument.is_optional ? ".Op Ar" : ".Ar", word(argument.name),
                          argument.is_repeatable ? " ..." : "");
  }
  return text;
}

std::string manual_verbs(const Program& program) {
  std::string text = ".Bl -tag -width Ds\n";
  for (const Command& command : program.commands) {
    text += ".It Xo\n" + command_macros(command) + ".Xc\n" +
            config::mdoc_sentence(command.summary) + "\n";
    if (!command.description.empty()) text += config::mdoc_paragraphs(command.description);
    for (const Argument& argument : command.arguments)
      text += fmt::format(".Pp\n.Ar {}\nis {}.\n", word(argument.name),
                          config::mdoc_escaped(argument.help));
    if (!command.options.empty()) text += option_list(command.options);
  }
  return text + ".El\n";
}

std::string manual_options(const Program& program) {
  std::vector<Option> options = global_options(program);
  if (program.is_daemon)
    for (const Command& command : program.commands)
      options.insert(options.end(), command.options.begin(), command.options.end());
  return option_list(options);
}

std::string manual_exits(const Program& program) {
  // What several verbs say alike is said once.
  std::map<int, std::vector<std::string>> meanings;
  for (const Command& command : program.commands) {
    for (const ExitNote& note : exits_of(program, command)) {
      auto& known = meanings[static_cast<int>(note.code)];
      if (std::find(known.begin(), known.end(), note.when) == known.end())
        known.push_back(note.when);
    }
  }
  std::string text = ".Bl -tag -width Ds -compact\n";
  for (const auto& [code, known] : meanings)
    text += fmt::format(".It {}\n{}\n", code, config::mdoc_sentence(core::join(known, "; ")));
  return text + ".El\n";
}

}  // namespace trunkline::cli
