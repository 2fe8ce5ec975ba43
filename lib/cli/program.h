// SPDX-License-Identifier: MIT
#pragma once

// A command-line program as a table: its verbs with their options, arguments, examples and what
// they do. From the table come parsing, help, suggestions for mistyped verbs and flags, manual
// pages and completions, so that none of them can disagree with another.
//
// Every tool has one: cmd/<tool>/commands.h lists the verbs, each verb is one file that returns its
// Command (cmd/sipctl/call_list.cpp for "call list"), and main() is one call of run_program().
// A daemon is a Program with is_daemon and one command with an empty path.
//
// Every program understands: -h --help -V --version --config FILE --set KEY=VALUE; a tool also
// --json --color WHEN --no-pager -q/--quiet --yes. Commands do not declare these.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::cli {

class Context;

/// What a shell offers to complete a value with.
enum class Complete : std::uint8_t { nothing, file, directory, setting };

struct Option {
  std::string name;                       ///< "--since", or "-n,--limit" with a short form
  std::string help;                       ///< one line, lower case, no full stop
  std::string value = {};                 ///< what stands for the value: "TIME"; empty: a switch
  std::string fallback = {};              ///< value() where it is not given; shown in the help
  std::vector<std::string> choices = {};  ///< the only values allowed
  bool is_repeatable = false;             ///< may be given several times; see Context::values()
  bool is_required = false;
  Complete complete = Complete::nothing;
};

struct Argument {
  std::string name;  ///< "CALL"
  std::string help;
  bool is_optional = false;
  bool is_repeatable = false;  ///< the last argument only
  std::vector<std::string> choices = {};
  Complete complete = Complete::nothing;
};

struct Example {
  std::string command;  ///< "sipctl call list --json"
  std::string says;     ///< "the calls of this moment, for a script"
};

/// When a verb ends with this code; the codes any verb may end with need no note.
struct ExitNote {
  core::ExitCode code;
  std::string when;
};

struct Command {
  std::string path;              ///< "call list"; empty for a program without verbs
  std::string summary;           ///< one line, lower case, no full stop: "list the live calls"
  std::string description = {};  ///< paragraphs for --help and the manual, blank lines between
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::vector<ExitNote> exits = {};
  std::vector<Example> examples = {};  ///< the first two are in -h
  bool is_paged = false;               ///< list and show: long answers go through a pager
  std::function<core::ExitCode(Context&)> run;
};

struct Program {
  std::string name;     ///< "sipctl"
  int section = 1;      ///< of the manual
  std::string summary;  ///< "operate the exchange"
  std::vector<Command> commands = {};
  bool is_daemon = false;
};

/// The flags every program of this kind understands, as the help lists them.
std::vector<Option> global_options(const Program& program);

/// "--limit" of "-n,--limit".
std::string long_name(const Option& option);
/// "-n" of "-n,--limit", else "".
std::string short_name(const Option& option);

/// Parses, runs the verb, reports what goes wrong on stderr ("sipctl: message", "hint: ...") and
/// returns the exit code. Holds the only catch of a program.
int run_program(const Program& program, int argc, const char* const* argv);

/// "sipctl 0.1.0 1a2b3c4d5e6f"; without the commit where it was not known at build time.
std::string version_line(std::string_view program_name);

}  // namespace trunkline::cli
