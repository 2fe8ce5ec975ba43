// SPDX-License-Identifier: MIT
// The forms of JSON that are promised are the forms that are printed.

#include <catch2/catch.hpp>
#include <regex>

#include "support/temporary_directory.h"
#include "truth/tree.h"

namespace trunkline::truth {
namespace {

/// Gives the lines to tests/truth/validate, which is shown what it finds wrong.
void check_lines(const std::string& json_lines) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "lines";
  std::ofstream(file) << json_lines;
  const os::Output checked = run({"/bin/sh", "-c", "exec \"$0\" <\"$1\"",
                                  (tree() / "tests/truth/validate").string(), file.string()});
  INFO(json_lines << checked.errors);
  CHECK(checked.exit.is_success());
}

TEST_CASE("every schema is one, and its examples and defaults obey it", "[truth]") {
  const os::Output checked = run({(tree() / "tests/truth/validate").string(), "--schemas"});
  INFO(checked.errors);
  CHECK(checked.exit.is_success());
}

TEST_CASE("every form a verb prints has a schema", "[truth]") {
  static const std::regex kForm(R"re("([a-z_]+\.v[0-9]+)")re");
  for (const std::string& tool : kTools) {
    for (const auto& file : files("cmd/" + tool)) {
      if (file.extension() != ".cpp") continue;
      const std::string text = content(file);
      for (std::sregex_iterator form(text.begin(), text.end(), kForm), end; form != end; ++form) {
        INFO(in_tree(file) << " prints " << (*form)[1]);
        CHECK(
            std::filesystem::exists(tree() / "schemas/json" / ((*form)[1].str() + ".schema.json")));
      }
    }
  }
}

TEST_CASE("a line that does not fit its schema is seen", "[truth]") {
  const test::TemporaryDirectory directory;
  for (const std::string_view line :
       {R"({"schema":"error.v1","code":"69","message":"x"})", R"({"schema":"weather.v1"})",
        R"({"code":69})", R"({"schema":"error.v1","code":69,"message":"x","mood":"bad"})"}) {
    std::ofstream(directory.path() / "line") << line << '\n';
    const os::Output checked =
        run({"/bin/sh", "-c", "exec \"$0\" <\"$1\"", (tree() / "tests/truth/validate").string(),
             (directory.path() / "line").string()});
    CHECK_FALSE(checked.exit.is_success());
  }
}

TEST_CASE("what the tools print with --json obeys its schema", "[truth]") {
  const test::TemporaryDirectory directory;
  const std::string file = (directory.path() / "trunkline.toml").string();
  std::ofstream(file) << "[sip]\nmax_calls = 5\n";
  const std::string nowhere = "sip.control=" + (directory.path() / "none").string();

  const os::Output shown =
      run({program("trunkline"), "config", "show", "--json", "--config", file});
  CHECK(shown.exit.is_success());
  CHECK(shown.output.find("\"value\":5,\"origin\":\"" + file + ":2\"") != std::string::npos);
  check_lines(shown.output);
  const os::Output set = run({program("trunkline"), "config", "set", "sip.listen",
                              "udp:127.0.0.1:5070", "--json", "--config", file});
  CHECK(set.exit.is_success());
  check_lines(set.output);
  const os::Output checked =
      run({program("trunkline"), "config", "check", "--json", "--config", file});
  CHECK(checked.exit.is_success());
  check_lines(checked.output);

  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{
           {"call", "list"}, {"registration", "list"}, {"reload"}, {"nonsense"}}) {
    std::vector<std::string> command{program("sipctl")};
    command.insert(command.end(), verb.begin(), verb.end());
    command.insert(command.end(), {"--json", "--config", file, "--set", nowhere});
    const os::Output failed = run(command);
    CHECK_FALSE(failed.exit.is_success());
    CHECK(failed.output.empty());
    const auto begin = failed.errors.find("{\"schema\":\"error.v1\"");
    REQUIRE(begin != std::string::npos);
    check_lines(failed.errors.substr(begin));
  }
}

}  // namespace
}  // namespace trunkline::truth
