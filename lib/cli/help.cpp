// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output.h"
#include "cli/verbs.h"
#include "core/text.h"

namespace trunkline::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kExamplesInBrief = 2;

struct Row {
  std::string term;
  std::string text;
};

/// Terms in one column, texts wrapped beside them.
std::string listed(const std::vector<Row>& rows) {
  constexpr std::size_t kWidestTerm = 26;
  std::size_t width = 0;
  for (const Row& row : rows)
    if (row.term.size() <= kWidestTerm) width = std::max(width, row.term.size());
  const std::size_t column = kIndent + width + 2;
  std::string text;
  for (const Row& row : rows) {
    const std::string described = wrapped(row.text, column, kColumns);
    text += std::string(kIndent, ' ') + row.term;
    if (row.term.size() > width)
      text += "\n" + described;
    else
      text += described.substr(std::min(described.size(), kIndent + row.term.size()));
  }
  return text;
}

Row row_of(const Option& option) {
  std::string term = short_name(option).empty() ? "" : short_name(option) + ", ";
  term += long_name(option);
  if (!option.value.empty()) term += " " + option.value;
  std::string text = option.help;
  if (!option.choices.empty()) text += ": " + core::join(option.choices, ", ");
  if (!option.fallback.empty()) text += fmt::format(" (default {})", option.fallback);
  return {std::move(term), std::move(text)};
}

std::string flags_section(std::string_view title, const std::vector<Option>& options) {
  if (options.empty()) return {};
  std::vector<Row> rows;
  for (const Option& option : options) rows.push_back(row_of(option));
  return fmt::format("\n{}:\n{}", title, listed(rows));
}

std::string examples_section(const std::vector<Example>& examples, Length length) {
  if (examples.empty()) return {};
  std::string text = "\nexamples:\n";
  const std::size_t count =
      length == Length::full ? examples.size() : std::min(examples.size(), kExamplesInBrief);
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("  {}\n      {}\n", examples[i].command, examples[i].says);
  return text;
}

std::string page_name(const Program& program) {
  return fmt::format("{}({})", program.name, program.section);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string result;
  for (const std::string_view paragraph : core::split(text, '\n')) {
    std::string line(indent, ' ');
    for (const std::string_view word : core::split(paragraph, ' ')) {
      const bool is_first = line.size() == indent;
      const std::size_t width = display_width(line) + (is_first ? 0 : 1) + display_width(word);
      if (!is_first && width > columns) {
        result += line + "\n";
        line.assign(indent, ' ');
      } else if (!is_first) {
        line += ' ';
      }
      line += word;
    }
    if (line.find_first_not_of(' ') == std::string::npos) line.clear();
    result += line + "\n";
  }
  return result;
}

std::string usage_line(const Program& program, const Command& command) {
  std::string line = program.name;
  if (!command.path.empty()) line += " " + command.path;
  line += " [flags]";
  for (const Option& option : command.options)
    if (option.is_required) line += fmt::format(" {} {}", long_name(option), option.value);
  for (const Argument& argument : command.arguments) {
    std::string name = argument.name + (argument.is_repeatable ? "..." : "");
    line += argument.is_optional ? fmt::format(" [{}]", name) : " " + name;
  }
  return line;
}

std::vector<ExitNote> exits_of(const Program& program, const Command& command) {
  using core::ExitCode;
  std::vector<ExitNote> notes = command.exits;
  const auto add = [&notes](ExitCode code, std::string_view when) {
    const bool is_known = std::any_of(notes.begin(), notes.end(),
                                      [code](const ExitNote& note) { return note.code == code; });
    if (!is_known) notes.push_back({code, std::string(when)});
  };
  add(ExitCode::done, "done");
  add(ExitCode::usage, "a flag or argument is wrong");
  add(ExitCode::software, "a bug; please report it");
  add(ExitCode::config, "the configuration is invalid");
  add(ExitCode::interrupted, "ended by SIGINT");
  if (program.is_daemon) add(ExitCode::terminated, "ended by a second SIGTERM");
  std::stable_sort(notes.begin(), notes.end(), [](const ExitNote& left, const ExitNote& right) {
    return left.code < right.code;
  });
  return notes;
}

std::string help_of(const Program& program, const Command& command, Length length) {
  const bool has_verb = !command.path.empty();
  const std::string name = has_verb ? program.name + " " + command.path : program.name;
  std::string text =
      fmt::format("{} - {}\n\nusage: {}\n", name, command.summary, usage_line(program, command));
  if (length == Length::full && !command.description.empty())
    text += "\n" + wrapped(command.description, 0, kColumns);
  if (!command.arguments.empty()) {
    std::vector<Row> rows;
    for (const Argument& argument : command.arguments)
      rows.push_back(
          {argument.name, argument.choices.empty()
                              ? argument.help
                              : argument.help + ": " + core::join(argument.choices, ", ")});
    text += "\narguments:\n" + listed(rows);
  }
  text += flags_section("flags", command.options);
  const bool shows_globals = length == Length::full || !has_verb;
  if (shows_globals)
    text +=
        flags_section(has_verb ? "flags of every verb" : "common flags", global_options(program));
  if (length == Length::full) {
    std::vector<Row> rows;
    for (const ExitNote& note : exits_of(program, command))
      rows.push_back({std::to_string(static_cast<int>(note.code)), note.when});
    text += "\nexit codes:\n" + listed(rows);
  }
  text += examples_section(command.examples, length);
  if (length == Length::brief)
    text += fmt::format("\nMore: {} --help, {}\n", name, page_name(program));
  return text;
}

std::string help_of(const Program& program, std::string_view path, Length length) {
  const std::string name = path.empty() ? program.name : fmt::format("{} {}", program.name, path);
  std::string text = path.empty() ? fmt::format("{} - {}\n\n", name, program.summary) : "";
  text += fmt::format("usage: {} VERB [flags] [arguments]\n\nverbs:\n", name);
  std::vector<Row> rows;
  std::vector<Example> examples;
  for (const Command& command : program.commands) {
    const bool is_below =
        path.empty() || (command.path.starts_with(path) && command.path.size() > path.size() &&
                         command.path[path.size()] == ' ');
    if (!is_below) continue;
    rows.push_back({command.path, command.summary});
    if (!command.examples.empty()) examples.push_back(command.examples.front());
  }
  text += listed(rows);
  if (length == Length::full) text += flags_section("flags of every verb", global_options(program));
  text += examples_section(examples, length);
  return text + fmt::format("\nMore: {} VERB --help, {}\n", name, page_name(program));
}

}  // namespace trunkline::cli
