// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/sample.h"

namespace trunkline::cli {
namespace {

TEST_CASE("the short help of a verb has its flags and two examples", "[cli]") {
  const Program program = test::sample();
  CHECK(help_of(program, program.commands.front(), Length::brief) ==
        "sample thing show - show a thing\n"
        "\n"
        "usage: sample thing show [flags] NAME [MORE...]\n"
        "\n"
        "arguments:\n"
        "  NAME  which thing\n"
        "  MORE  others\n"
        "\n"
        "flags:\n"
        "  -s, --since TIME  only since then (default today)\n"
        "  --kind KIND       of this kind: round, square\n"
        "  --tag TAG         with this tag\n"
        "  --deep            everything\n"
        "\n"
        "examples:\n"
        "  sample thing show a\n"
        "      the thing a\n"
        "  sample thing show b\n"
        "      the thing b\n"
        "\n"
        "More: sample thing show --help, sample(1)\n");
}

TEST_CASE("the whole help has description, common flags, exit codes and all examples", "[cli]") {
  const Program program = test::sample();
  const std::string help = help_of(program, program.commands.front(), Length::full);
  for (const std::string_view part :
       {"Shows one thing. It says more.\n\nA second paragraph.\n", "flags of every verb:\n",
        "  --config FILE ", "exit codes:\n", "  66   there is no such thing\n",
        "  sample thing show c\n"}) {
    INFO(part);
    CHECK(help.find(part) != std::string::npos);
  }
}

TEST_CASE("the short help of a program fits half a screen", "[cli]") {
  const std::string help = help_of(test::sample(), "", Length::brief);
  CHECK(std::count(help.begin(), help.end(), '\n') <= 25);
  CHECK(help.find("  thing remove  remove a thing\n") != std::string::npos);
  CHECK(help.find("thing show") != std::string::npos);
  CHECK(help_of(test::sample(), "thing", Length::brief).find("break") == std::string::npos);
}

TEST_CASE("no help line is wider than a terminal", "[cli]") {
  const Program program = test::sample();
  const std::string help = help_of(program, program.commands.front(), Length::full);
  std::size_t begin = 0;
  for (std::size_t end = help.find('\n'); end != std::string::npos; end = help.find('\n', begin)) {
    CHECK(end - begin <= 80);
    begin = end + 1;
  }
}

TEST_CASE("exit codes are those of every verb and its own, sorted", "[cli]") {
  const Program program = test::sample();
  std::vector<int> codes;
  for (const ExitNote& note : exits_of(program, program.commands.front()))
    codes.push_back(static_cast<int>(note.code));
  CHECK(codes == std::vector<int>{0, 64, 66, 70, 78, 130});
}

TEST_CASE("text is wrapped between words, and long words stay whole", "[cli]") {
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("one\n\ntwo", 0, 9) == "one\n\ntwo\n");
  CHECK(wrapped("incomprehensibilities now", 0, 9) == "incomprehensibilities\nnow\n");
}

}  // namespace
}  // namespace trunkline::cli
