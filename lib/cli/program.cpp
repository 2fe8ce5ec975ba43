// SPDX-License-Identifier: MIT
#include "cli/program.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "cli/arguments.h"
#include "cli/broken_pipe.h"
#include "cli/context.h"
#include "cli/generate.h"
#include "cli/help.h"
#include "cli/pager.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/verbs.h"

namespace trunkline::cli {
namespace {

using core::ExitCode;

/// What the flags say of an error's form: looked for before the command line is understood, because
/// that can go wrong too.
ReportForm report_form(const std::vector<std::string>& words) {
  ReportForm form;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string next = i + 1 < words.size() ? words[i + 1] : "";
    const std::string color = words[i] == "--color" ? next : words[i];
    form.is_json |= words[i] == "--json";
    if (words[i] != "--color" && !words[i].starts_with("--color=")) continue;
    if (color.ends_with("always")) form.color = ColorWhen::always;
    if (color.ends_with("never")) form.color = ColorWhen::never;
  }
  return form;
}

bool pages(const Arguments& arguments, const Output::Form& form, bool is_long) {
  return is_long && form.layout == Layout::terminal && arguments.flags.wants_pager;
}

ExitCode print(Output& out, std::string_view text) {
  out.bytes(core::as_bytes(text));
  return ExitCode::done;
}

/// Help, version and generated parts, which need no verb to be complete.
std::optional<std::string> said_without_running(const Program& program, const Choice& choice,
                                                const Arguments& arguments) {
  if (arguments.wants_version) return version_line(program.name) + "\n";
  if (!arguments.generate.empty())
    return core::value_or_throw(generate(program, arguments.generate));
  const bool is_long = arguments.wants_long_help || choice.is_help;
  if (!is_long && !arguments.wants_short_help) return std::nullopt;
  const Length length = is_long ? Length::full : Length::brief;
  return choice.command != nullptr ? help_of(program, *choice.command, length)
                                   : help_of(program, choice.path, length);
}

ExitCode run(const Program& program, const std::vector<std::string>& words) {
  const Choice choice = core::value_or_throw(choose_verb(program, words));
  Arguments arguments = core::value_or_throw(read_arguments(program, choice));
  const auto text = said_without_running(program, choice, arguments);
  if (!text && choice.command == nullptr) throw core::Error(missing_verb(program, choice.path));

  const Output::Form form = Output::form_of_stdout(arguments.flags.is_json, arguments.flags.color);
  const bool is_long =
      text ? arguments.wants_long_help || choice.is_help : choice.command->is_paged;
  const std::optional<Pager> pager =
      pages(arguments, form, is_long) ? Pager::start() : std::nullopt;
  Output out(pager ? pager->descriptor() : STDOUT_FILENO, form);
  if (text) return print(out, *text);

  Context context(*choice.command, arguments.flags, out, std::move(arguments.given));
  const ExitCode code = choice.command->run(context);
  out.flush();
  return code;
}

}  // namespace

int run_program(const Program& program, int argc, const char* const* argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const ReportForm form = report_form(words);
  const auto failed = [&](const core::Error& error) {
    report(program.name, error, form);
    return static_cast<int>(error.fault().code);
  };
  if (!program.is_daemon) end_on_interrupt();
  try {
    const ExitCode code = run(program, words);
    if (const int signal = requested_signal(); signal != 0) return 128 + signal;
    return static_cast<int>(code);
  } catch (const BrokenPipe&) {
    // As if we had not ignored it: `sipctl call list | head -1` is no failure.
    (void)::signal(SIGPIPE, SIG_DFL);
    ::raise(SIGPIPE);
    return 128 + SIGPIPE;
  } catch (const core::Error& error) {
    return failed(error);
  } catch (const std::exception& error) {
    return failed(
        core::Error(ExitCode::software, fmt::format("internal error: {}", error.what()),
                    fmt::format("report it, with the output of {} --version", program.name)));
  }
}

}  // namespace trunkline::cli
