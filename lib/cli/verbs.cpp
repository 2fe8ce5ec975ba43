// SPDX-License-Identifier: MIT
#include "cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::cli {
namespace {

bool is_flag(std::string_view argument) {
  return argument.size() > 1 && argument.front() == '-';
}

bool is_below(std::string_view path, std::string_view group) {
  return group.empty()
             ? !path.empty()
             : path.size() > group.size() && path.starts_with(group) && path[group.size()] == ' ';
}

std::string extended(const std::string& path, std::string_view word) {
  return path.empty() ? std::string(word) : fmt::format("{} {}", path, word);
}

const Command* find_command(const Program& program, std::string_view path) {
  const auto found = std::find_if(program.commands.begin(), program.commands.end(),
                                  [path](const Command& command) { return command.path == path; });
  return found == program.commands.end() ? nullptr : &*found;
}

/// Whether the argument after this flag is its value. The verb may not be known yet, so flags of
/// all verbs count.
bool takes_next(const Program& program, std::string_view flag) {
  if (flag.find('=') != std::string_view::npos) return false;
  const auto takes_value = [flag](const std::vector<Option>& options) {
    const Option* const option = find_option(options, flag);
    return option != nullptr && !option->value.empty();
  };
  return takes_value(accepted_options(program)) ||
         std::any_of(program.commands.begin(), program.commands.end(),
                     [&](const Command& command) { return takes_value(command.options); });
}

core::Fault unknown_verb(const Program& program, const std::string& path, std::string_view word) {
  const std::vector<std::string> words = words_after(program, path);
  const auto meant = core::nearest(word, words);
  std::string hint;
  if (meant)
    hint = fmt::format("did you mean '{}'?", extended(path, *meant));
  else
    hint = fmt::format("one of: {}", core::join(words, ", "));
  return {core::ExitCode::usage,
          fmt::format("unknown verb '{}'", extended(path, core::printable(word))), std::move(hint)};
}

}  // namespace

std::vector<Option> accepted_options(const Program& program) {
  std::vector<Option> options = global_options(program);
  options.push_back({.name = "--generate", .help = "for the build", .value = "PART"});
  return options;
}

const Option* find_option(const std::vector<Option>& options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(), [name](const Option& option) {
    return long_name(option) == name || (!short_name(option).empty() && short_name(option) == name);
  });
  return found == options.end() ? nullptr : &*found;
}

std::vector<std::string> words_after(const Program& program, std::string_view path) {
  std::vector<std::string> words;
  for (const Command& command : program.commands) {
    if (!is_below(command.path, path)) continue;
    std::string_view left = command.path;
    if (!path.empty()) left.remove_prefix(path.size() + 1);
    const std::string word(left.substr(0, left.find(' ')));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

core::Fault missing_verb(const Program& program, std::string_view path) {
  return {core::ExitCode::usage,
          path.empty() ? std::string("a verb is needed") : fmt::format("'{}' needs a verb", path),
          fmt::format("one of: {}; see {} --help", core::join(words_after(program, path), ", "),
                      path.empty() ? program.name : fmt::format("{} {}", program.name, path))};
}

core::Result<Choice> choose_verb(const Program& program,
                                 const std::vector<std::string>& arguments) {
  Choice choice;
  bool are_words_over = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      choice.rest.insert(choice.rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                         arguments.end());
      break;
    }
    if (is_flag(argument)) {
      choice.rest.push_back(argument);
      if (takes_next(program, argument) && i + 1 < arguments.size())
        choice.rest.push_back(arguments[++i]);
      continue;
    }
    const std::vector<std::string> words = words_after(program, choice.path);
    const bool is_word = std::find(words.begin(), words.end(), argument) != words.end();
    if (!are_words_over && is_word) {
      choice.path = extended(choice.path, argument);
      continue;
    }
    if (!are_words_over && choice.path.empty() && !choice.is_help && argument == "help" &&
        !words.empty()) {
      choice.is_help = true;
      continue;
    }
    if (find_command(program, choice.path) == nullptr)
      return tl::unexpected(unknown_verb(program, choice.path, argument));
    are_words_over = true;
    choice.rest.push_back(argument);
  }
  choice.command = find_command(program, choice.path);
  return choice;
}

}  // namespace trunkline::cli
