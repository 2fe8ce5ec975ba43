// SPDX-License-Identifier: MIT
#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "core/text.h"

namespace trunkline::cli {
namespace {

using core::ExitCode;

std::string see_help(const Program& program, const Choice& choice) {
  return fmt::format("see {}{}{} --help", program.name, choice.path.empty() ? "" : " ",
                     choice.path);
}

std::vector<Option> options_of(const Program& program, const Choice& choice) {
  std::vector<Option> options = accepted_options(program);
  if (choice.command != nullptr)
    options.insert(options.end(), choice.command->options.begin(), choice.command->options.end());
  return options;
}

core::Fault unknown_flag(const Program& program, const Choice& choice,
                         const std::vector<Option>& options, const std::string& flag) {
  std::vector<std::string> names;
  for (const Option& option : options)
    if (option.name != "--generate") names.push_back(long_name(option));
  const std::string name = flag.substr(0, flag.find('='));
  const auto meant = core::nearest(name, names);
  return {ExitCode::usage, fmt::format("unknown flag '{}'", core::printable(name)),
          meant ? fmt::format("did you mean '{}'?", *meant) : see_help(program, choice)};
}

/// "--name=" becomes "--name" "", which CLI11 would otherwise fill with the next argument; a value
/// for a switch is a fault, which CLI11 would take for true or false.
core::Result<std::vector<std::string>> normalised(const std::vector<Option>& options,
                                                  const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      result.insert(result.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                    arguments.end());
      break;
    }
    const auto equals = argument.find('=');
    const Option* const option = find_option(options, argument.substr(0, equals));
    const bool is_long = argument.starts_with("--") && equals != std::string::npos;
    if (option != nullptr && is_long) {
      if (option->value.empty())
        return core::fault(ExitCode::usage, fmt::format("{} takes no value", long_name(*option)));
      result.push_back(argument.substr(0, equals));
      result.push_back(argument.substr(equals + 1));
      continue;
    }
    result.push_back(argument);
    if (option == nullptr || option->value.empty()) continue;
    if (i + 1 == arguments.size())
      return core::fault(ExitCode::usage,
                         fmt::format("{} needs a value: {}", argument, option->value));
    result.push_back(arguments[++i]);
  }
  return result;
}

core::Result<void> check_choice(std::string_view name, const std::vector<std::string>& choices,
                                const std::string& value) {
  if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
    return {};
  return core::fault(ExitCode::usage,
                     fmt::format("{} cannot be '{}'", name, core::printable(value)),
                     fmt::format("one of: {}", core::join(choices, ", ")));
}

core::Result<void> take_option(const Option& option, const std::vector<std::string>& values,
                               Given& given) {
  if (values.empty()) return {};
  const std::string name = long_name(option);
  if (values.size() > 1 && !option.is_repeatable && !option.value.empty())
    return core::fault(ExitCode::usage, fmt::format("{} is given twice", name));
  for (const std::string& value : values)
    if (auto fits = check_choice(name, option.choices, value); !fits) return fits;
  given[name] = values;
  return {};
}

core::Result<void> take_arguments(const Command& command, const std::vector<std::string>& values,
                                  Given& given) {
  std::size_t next = 0;
  for (const Argument& argument : command.arguments) {
    while (next < values.size()) {
      if (auto fits = check_choice(argument.name, argument.choices, values[next]); !fits)
        return fits;
      given[argument.name].push_back(values[next++]);
      if (!argument.is_repeatable) break;
    }
  }
  if (next == values.size()) return {};
  return core::fault(ExitCode::usage,
                     fmt::format("unexpected argument '{}'", core::printable(values[next])));
}

core::Result<void> check_required(const Command& command, const Given& given) {
  for (const Argument& argument : command.arguments)
    if (!argument.is_optional && !given.contains(argument.name))
      return core::fault(ExitCode::usage,
                         fmt::format("{} is missing: {}", argument.name, argument.help));
  for (const Option& option : command.options)
    if (option.is_required && !given.contains(long_name(option)))
      return core::fault(ExitCode::usage, fmt::format("{} {} is missing: {}", long_name(option),
                                                      option.value, option.help));
  return {};
}

std::string first(const Given& given, std::string_view name) {
  const auto found = given.find(name);
  return found == given.end() ? std::string() : found->second.front();
}

Arguments with_globals(Given given) {
  Arguments arguments;
  arguments.wants_short_help = given.contains("-h");
  arguments.wants_long_help = given.contains("--help");
  arguments.wants_version = given.contains("--version");
  arguments.generate = first(given, "--generate");
  GlobalFlags& flags = arguments.flags;
  flags.config_file = first(given, "--config");
  if (const auto sets = given.find("--set"); sets != given.end()) flags.overrides = sets->second;
  flags.is_quiet = given.contains("--quiet");
  flags.is_json = given.contains("--json");
  flags.assume_yes = given.contains("--yes");
  flags.wants_pager = !given.contains("--no-pager");
  const std::string color = first(given, "--color");
  if (color == "always") flags.color = ColorWhen::always;
  if (color == "never") flags.color = ColorWhen::never;
  arguments.given = std::move(given);
  return arguments;
}

}  // namespace

core::Result<Arguments> read_arguments(const Program& program, const Choice& choice) {
  const std::vector<Option> options = options_of(program, choice);
  auto line = normalised(options, choice.rest);
  if (!line) return tl::unexpected(line.error());

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<std::vector<std::string>> values(options.size());
  std::vector<CLI::Option*> switches(options.size(), nullptr);
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].value.empty())
      switches[i] = app.add_flag(options[i].name);
    else
      app.add_option(options[i].name, values[i])->allow_extra_args(false);
  }
  std::vector<std::string> positionals;
  app.add_option("ARGUMENTS", positionals);
  try {
    std::reverse(line->begin(), line->end());  // CLI11 takes the arguments from the back
    app.parse(std::move(*line));
  } catch (const CLI::ParseError& error) {
    return core::fault(ExitCode::usage, error.what(), see_help(program, choice));
  }
  for (const std::string& unknown : app.remaining())
    if (unknown != "--") return tl::unexpected(unknown_flag(program, choice, options, unknown));

  Given given;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (switches[i] != nullptr && switches[i]->count() > 0) values[i] = {"true"};
    if (auto taken = take_option(options[i], values[i], given); !taken)
      return tl::unexpected(taken.error());
  }
  if (choice.command != nullptr) {
    auto taken = take_arguments(*choice.command, positionals, given);
    if (!taken) return tl::unexpected(taken.error());
  }
  Arguments arguments = with_globals(std::move(given));
  const bool runs = !arguments.wants_short_help && !arguments.wants_long_help && !choice.is_help &&
                    !arguments.wants_version && arguments.generate.empty();
  if (runs && choice.command != nullptr) {
    if (auto complete = check_required(*choice.command, arguments.given); !complete) {
      complete.error().hint = see_help(program, choice);
      return tl::unexpected(complete.error());
    }
  }
  return arguments;
}

}  // namespace trunkline::cli
