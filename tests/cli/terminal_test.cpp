// SPDX-License-Identifier: MIT
// What a person at a terminal sees.

#include <catch2/catch.hpp>

#include "cli/sample.h"

namespace trunkline::cli {
namespace {

using test::Ran;

int run_words(const std::vector<const char*>& words) {
  return run_program(test::sample(), static_cast<int>(words.size()), words.data());
}

TEST_CASE("a question is asked until it is answered", "[cli]") {
  const auto remove = [] { return run_words({"sample", "thing", "remove", "--reason", "x"}); };
  const Ran yes = test::run_on_terminal(remove, "[y/n] ", "maybe\nYES\n");
  CHECK(yes.status == 0);
  CHECK(yes.output.find("remove it? [y/n] ") != yes.output.rfind("remove it? [y/n] "));
  CHECK(test::run_on_terminal(remove, "[y/n] ", "n\n").status == 1);
  CHECK(test::run_on_terminal(remove, "[y/n] ", "\004").status == 1);  // Ctrl-D
}

TEST_CASE("Ctrl-C at a question ends with 130", "[cli]") {
  const Ran ran = test::run_on_terminal(
      [] {
        return run_words({"sample", "thing", "remove", "--reason", "x"});
      },
      "[y/n] ", "\003");
  CHECK(ran.status == 130);
}

TEST_CASE("a secret is not echoed, and the terminal echoes again afterwards", "[cli]") {
  const Ran ran = test::run_on_terminal(
      [] {
        const Command command;
        Output out(STDOUT_FILENO, {});
        const Context context(command, {}, out, {});
        termios modes{};
        const core::Secret secret = context.ask_secret("password");
        ::tcgetattr(STDIN_FILENO, &modes);
        const bool echoes = (modes.c_lflag & ECHO) != 0;
        return secret.reveal_text() == "geheim" && echoes ? 0 : 1;
      },
      "password: ", "geheim\n");
  CHECK(ran.status == 0);
  CHECK(ran.output == "password: \r\n");
}

TEST_CASE("a record on a terminal is coloured unless that is refused", "[cli]") {
  Program program = test::sample();
  program.commands.push_back({.path = "list", .summary = "s", .run = [](Context& context) {
                                context.out().table("thing.v1", {{"NAME"}, {"STATE"}});
                                context.out().row({"a", Cell("up", Color::green)}, {});
                                return core::ExitCode::done;
                              }});
  const auto list = [&](std::vector<const char*> words, bool is_refused = false) {
    return test::run_on_terminal([&] {
             if (is_refused) ::setenv("NO_COLOR", "1", 1);
             return run_program(program, static_cast<int>(words.size()), words.data());
           })
        .output;
  };
  CHECK(list({"sample", "list"}).find("\033[32mup") != std::string::npos);
  CHECK(list({"sample", "list"}, true) == "NAME  STATE\r\na     up\r\n");
  CHECK(list({"sample", "list", "--color", "never"}) == "NAME  STATE\r\na     up\r\n");
  CHECK(list({"sample", "list", "--json"}).find('\033') == std::string::npos);
}

TEST_CASE("a long answer goes through the pager on a terminal alone", "[cli]") {
  Program program = test::sample();
  program.commands.push_back(
      {.path = "list", .summary = "s", .is_paged = true, .run = [](Context& context) {
         context.out().line("paged");
         return core::ExitCode::done;
       }});
  const auto run = [&](const std::vector<const char*>& words) {
    ::setenv("TRUNKLINE_PAGER", "tr a-z A-Z", 1);
    return run_program(program, static_cast<int>(words.size()), words.data());
  };
  CHECK(test::run_on_terminal([&] { return run({"sample", "list"}); }).output == "PAGED\r\n");
  CHECK(test::run_on_terminal([&] {
          return run({"sample", "list", "--no-pager"});
        }).output == "paged\r\n");
  CHECK(test::run_in_child([&] { return run({"sample", "list"}); }).output == "paged\n");
}

}  // namespace
}  // namespace trunkline::cli
