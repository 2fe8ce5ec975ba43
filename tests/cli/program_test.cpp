// SPDX-License-Identifier: MIT
#include "cli/program.h"

#include <signal.h>

#include <catch2/catch.hpp>

#include "cli/interrupt.h"
#include "cli/sample.h"
#include "cli/signals.h"

namespace trunkline::cli {
namespace {

using test::Ran;
using test::run_sample;

TEST_CASE("a verb answers on stdout and converses on stderr", "[cli]") {
  const Ran ran = run_sample({"thing", "show", "a"});
  CHECK(ran.status == 0);
  CHECK(ran.output == "name\ta\nsince\ttoday\n");
  CHECK(ran.errors == "shown\n");
}

TEST_CASE("flags may stand before, between and after the words", "[cli]") {
  const std::string expected = "{\"schema\":\"sample.v1\",\"name\":\"a\",\"since\":\"noon\"}\n";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--json", "-q", "-s", "noon", "thing", "show", "a"},
                                             {"thing", "-q", "show", "a", "--json", "--since=noon"},
                                             {"thing", "show", "-qsnoon", "--json", "--", "a"}}) {
    const Ran ran = run_sample(arguments);
    CHECK(ran.status == 0);
    CHECK(ran.output == expected);
    CHECK(ran.errors == "");
  }
}

TEST_CASE("what is wrong with a command line is told with the next step", "[cli]") {
  struct Case {
    std::vector<std::string> arguments;
    std::string errors;
  };
  const std::vector<Case> cases{
      {{}, "sample: a verb is needed\nhint: one of: thing, break; see sample --help\n"},
      {{"thing"},
       "sample: 'thing' needs a verb\nhint: one of: show, remove; see sample thing --help\n"},
      {{"things"}, "sample: unknown verb 'things'\nhint: did you mean 'thing'?\n"},
      {{"thing", "shwo"}, "sample: unknown verb 'thing shwo'\nhint: did you mean 'thing show'?\n"},
      {{"weather"}, "sample: unknown verb 'weather'\nhint: one of: thing, break\n"},
      {{"thing", "show", "a", "--sinc", "x"},
       "sample: unknown flag '--sinc'\nhint: did you mean '--since'?\n"},
      {{"thing", "show", "a", "--weather=fine"},
       "sample: unknown flag '--weather'\nhint: see sample thing show --help\n"},
      {{"thing", "show"},
       "sample: NAME is missing: which thing\nhint: see sample thing show --help\n"},
      {{"thing", "remove"},
       "sample: --reason TEXT is missing: why\nhint: see sample thing remove --help\n"},
      {{"thing", "remove", "x"}, "sample: unexpected argument 'x'\n"},
      {{"thing", "show", "a", "--since"}, "sample: --since needs a value: TIME\n"},
      {{"thing", "show", "a", "-s", "x", "--since", "y"}, "sample: --since is given twice\n"},
      {{"thing", "show", "a", "--kind", "oval"},
       "sample: --kind cannot be 'oval'\nhint: one of: round, square\n"},
      {{"thing", "show", "a", "--deep=yes"}, "sample: --deep takes no value\n"},
      {{"thing", "show", "a", "--color", "blue"},
       "sample: --color cannot be 'blue'\nhint: one of: auto, always, never\n"},
  };
  for (const Case& row : cases) {
    const Ran ran = run_sample(row.arguments);
    CHECK(ran.status == 64);
    CHECK(ran.output.empty());
    CHECK(ran.errors == row.errors);
  }
}

TEST_CASE("an error of a verb is a line, a hint, and with --json an object", "[cli]") {
  const Ran plain = run_sample({"break", "error"});
  CHECK(plain.status == 69);
  CHECK(plain.errors == "sample: cannot reach it (try 2)\nhint: start it\n");
  const Ran json = run_sample({"break", "error", "--json"});
  CHECK(json.status == 69);
  CHECK(json.output.empty());
  CHECK(json.errors ==
        "sample: cannot reach it (try 2)\nhint: start it\n"
        "{\"schema\":\"error.v1\",\"code\":69,\"message\":\"cannot reach it\",\"hint\":\"start "
        "it\",\"fields\":{\"try\":\"2\"}}\n");
  CHECK(run_sample({"break", "error", "--color=always"}).errors ==
        "\033[31msample:\033[0m cannot reach it (try 2)\nhint: start it\n");
  CHECK(run_sample({"--color", "always", "nonsense"}).errors.starts_with("\033[31msample:\033[0m"));
  const Ran usage = run_sample({"break", "--json", "--nonsense"});
  CHECK(usage.status == 64);
  CHECK(usage.errors.find("{\"schema\":\"error.v1\",\"code\":64,") != std::string::npos);
}

TEST_CASE("an exception nobody expected is a bug with code 70", "[cli]") {
  const Ran ran = run_sample({"break", "bug"});
  CHECK(ran.status == 70);
  CHECK(ran.errors ==
        "sample: internal error: a bug\nhint: report it, with the output of sample --version\n");
}

TEST_CASE("a question that nobody can answer is an error, and --yes answers it", "[cli]") {
  const Ran asked = run_sample({"thing", "remove", "--reason", "x"});
  CHECK(asked.status == 64);
  CHECK(asked.errors ==
        "sample: cannot ask 'remove it?': there is no terminal\n"
        "hint: add --yes where the answer is yes\n");
  CHECK(run_sample({"thing", "remove", "--reason", "x", "--yes"}).status == 0);
}

TEST_CASE("help and version need neither arguments nor required flags", "[cli]") {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"-h"},
                                             {"--help"},
                                             {"help"},
                                             {"thing", "-h"},
                                             {"help", "thing", "remove"},
                                             {"thing", "remove", "--help"},
                                             {"--version"},
                                             {"thing", "remove", "-V"}}) {
    const Ran ran = run_sample(arguments);
    CHECK(ran.status == 0);
    CHECK_FALSE(ran.output.empty());
    CHECK(ran.errors.empty());
  }
  CHECK(run_sample({"--version"}).output == version_line("sample") + "\n");
  CHECK(version_line("sample").starts_with("sample 0."));
}

TEST_CASE("the configuration is read when a verb asks for it", "[cli]") {
  Program program = test::sample();
  program.commands.push_back({.path = "calls", .summary = "s", .run = [](Context& context) {
                                context.out().line(context.config().shown("sip.max_calls"));
                                return core::ExitCode::done;
                              }});
  const auto run = [&](std::vector<const char*> words) {
    return test::run_in_child(
        [&] { return run_program(program, static_cast<int>(words.size()), words.data()); });
  };
  CHECK(run({"sample", "calls", "--set", "sip.max_calls=7"}).output == "7\n");
  const Ran missing = run({"sample", "calls", "--config", "/nonexistent/x.toml"});
  CHECK(missing.status == 78);
  CHECK(missing.errors.find("/nonexistent/x.toml") != std::string::npos);
  const Ran unfit = run({"sample", "calls", "--set", "sip.max_calls=x"});
  CHECK(unfit.status == 64);
}

TEST_CASE("a reader that goes away ends the program as SIGPIPE does", "[cli]") {
  Program program = test::sample();
  program.commands.push_back({.path = "flood", .summary = "s", .run = [](Context& context) {
                                for (;;) context.out().line("again");
                                return core::ExitCode::done;
                              }});
  const Ran ran = test::run_in_child([&] {
    os::Pipe closed = os::make_pipe();
    ::dup2(closed.write_end.get(), STDOUT_FILENO);
    closed.read_end.reset();
    const std::array<const char*, 2> words{"sample", "flood"};
    return run_program(program, 2, words.data());
  });
  CHECK(ran.status == 128 + SIGPIPE);
  CHECK(ran.errors.empty());
}

TEST_CASE("an answer that cannot be written is an error", "[cli]") {
  const Ran ran = test::run_in_child([] {
    const int full = ::open("/dev/full", O_WRONLY);
    ::dup2(full, STDOUT_FILENO);
    const std::array<const char*, 2> words{"sample", "--help"};
    return run_program(test::sample(), 2, words.data());
  });
  CHECK(ran.status == 74);
  CHECK(ran.errors == "sample: cannot write to standard output: No space left on device\n");
}

TEST_CASE("SIGINT ends a verb with 130, after it has cleaned up where it asked to", "[cli]") {
  Program program = test::sample();
  program.commands.push_back({.path = "raise", .summary = "s", .run = [](Context& context) {
                                ::raise(SIGINT);
                                context.out().line("not reached");
                                return core::ExitCode::done;
                              }});
  program.commands.push_back({.path = "hold", .summary = "s", .run = [](Context& context) {
                                const InterruptHold hold;
                                ::raise(SIGTERM);
                                context.out().line(hold.is_requested() ? "cleaned up" : "missed");
                                return core::ExitCode::done;
                              }});
  const auto run = [&](const char* verb) {
    return test::run_in_child([&] {
      const std::array<const char*, 2> words{"sample", verb};
      return run_program(program, 2, words.data());
    });
  };
  const Ran raised = run("raise");
  CHECK(raised.status == 130);
  CHECK(raised.output.empty());
  const Ran held = run("hold");
  CHECK(held.status == 143);
  CHECK(held.output == "cleaned up\n");
}

}  // namespace
}  // namespace trunkline::cli
