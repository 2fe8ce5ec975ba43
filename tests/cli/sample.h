// SPDX-License-Identifier: MIT
#pragma once

// A program for the tests of cli, with one verb of each kind, and a way to run it as a process
// would be: with real descriptors, so that what a reader sees is what is checked.

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "os/fd.h"

namespace trunkline::cli::test {

inline core::ExitCode show(Context& context) {
  context.out().record("sample.v1",
                       {{"name", context.value("NAME")}, {"since", context.value("--since")}},
                       {{"name", context.value("NAME")}, {"since", context.value("--since")}});
  context.note("shown");
  return core::ExitCode::done;
}

inline Program sample() {
  return {
      .name = "sample",
      .section = 1,
      .summary = "try the command line",
      .commands = {
          {.path = "thing show",
           .summary = "show a thing",
           .description = "Shows one thing. It says more.\n\nA second paragraph.",
           .arguments =
               {{.name = "NAME", .help = "which thing"},
                {.name = "MORE", .help = "others", .is_optional = true, .is_repeatable = true}},
           .options =
               {{.name = "-s,--since",
                 .help = "only since then",
                 .value = "TIME",
                 .fallback = "today"},
                {.name = "--kind",
                 .help = "of this kind",
                 .value = "KIND",
                 .choices = {"round", "square"}},
                {.name = "--tag", .help = "with this tag", .value = "TAG", .is_repeatable = true},
                {.name = "--deep", .help = "everything"}},
           .exits = {{core::ExitCode::no_input, "there is no such thing"}},
           .examples = {{"sample thing show a", "the thing a"},
                        {"sample thing show b", "the thing b"},
                        {"sample thing show c", "the thing c"}},
           .run = show},
          {.path = "thing remove",
           .summary = "remove a thing",
           .options = {{.name = "--reason", .help = "why", .value = "TEXT", .is_required = true}},
           .run =
               [](Context& context) {
                 return context.confirm("remove it?") ? core::ExitCode::done
                                                      : core::ExitCode::failed;
               }},
          {.path = "break",
           .summary = "fail",
           .arguments = {{.name = "HOW", .help = "fault, error or bug"}},
           .run = [](Context& context) -> core::ExitCode {
             if (context.value("HOW") == "bug") throw std::runtime_error("a bug");
             throw core::Error(core::ExitCode::unavailable, "cannot reach it", "start it")
                 .with("try", "2");
           }},
      }};
}

struct Ran {
  int status = 0;  ///< as a shell sees it: 128 + the signal that ended it
  std::string output;
  std::string errors;
};

/// Runs `body` in a child whose stdout and stderr are pipes (both small enough for the pipe).
inline Ran run_in_child(const std::function<int()>& body) {
  os::Pipe output = os::make_pipe();
  os::Pipe errors = os::make_pipe();
  ::fflush(nullptr);  // what the test itself has printed is not the child's to print again
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(output.write_end.get(), STDOUT_FILENO);
    ::dup2(errors.write_end.get(), STDERR_FILENO);
    const int code = body();
    ::fflush(nullptr);
    ::_exit(code);
  }
  output.write_end.reset();
  errors.write_end.reset();
  const auto read_all = [](int descriptor) {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t count = 0; (count = ::read(descriptor, piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(count));
    return text;
  };
  Ran ran{.output = read_all(output.read_end.get()), .errors = read_all(errors.read_end.get())};
  int status = 0;
  ::waitpid(child, &status, 0);
  ran.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ran;
}

/// Runs `body` on a terminal of 80 columns and types `typed` once the terminal shows `prompt`. The
/// output is what the terminal shows, echo included.
inline Ran run_on_terminal(const std::function<int()>& body, std::string_view prompt = {},
                           std::string_view typed = {}) {
  int terminal = -1;
  const winsize size{24, 80, 0, 0};
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    const int code = body();
    ::fflush(nullptr);
    ::_exit(code);
  }
  const os::Fd owner(terminal);
  Ran ran;
  std::array<char, 4096> piece{};
  for (ssize_t count = 0; (count = ::read(terminal, piece.data(), piece.size())) > 0;) {
    ran.output.append(piece.data(), static_cast<std::size_t>(count));
    if (typed.empty() || ran.output.find(prompt) == std::string::npos) continue;
    if (::write(terminal, typed.data(), typed.size()) < 0) break;
    typed = {};
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ran.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ran;
}

inline Ran run_sample(const std::vector<std::string>& arguments) {
  return run_in_child([&] {
    std::vector<const char*> words{"sample"};
    for (const std::string& argument : arguments) words.push_back(argument.c_str());
    return run_program(sample(), static_cast<int>(words.size()), words.data());
  });
}

}  // namespace trunkline::cli::test
