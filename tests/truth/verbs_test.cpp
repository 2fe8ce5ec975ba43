// SPDX-License-Identifier: MIT
// One verb, one file, one row, one entry in the manual.

#include <catch2/catch.hpp>
#include <map>
#include <regex>

#include "truth/tree.h"

namespace trunkline::truth {
namespace {

std::set<std::string> verbs_of(const std::string& tool) {
  const os::Output listed = run({program(tool), "--generate", "verbs"});
  REQUIRE(listed.exit.is_success());
  std::set<std::string> verbs;
  for (const auto line : core::split(listed.output, '\n'))
    if (!line.empty()) verbs.emplace(line);
  return verbs;
}

std::string function_of(std::string verb) {
  std::replace(verb.begin(), verb.end(), ' ', '_');
  std::replace(verb.begin(), verb.end(), '-', '_');
  if (verb == "export") verb += '_';  // a word of C++
  return verb;
}

/// The verbs whose function is defined in the tool's folder, and the file each is in.
std::map<std::string, std::string> defined_in(const std::string& tool) {
  static const std::regex kDefinition(R"(^cli::Command (\w+)\(\) \{$)");
  std::map<std::string, std::string> found;
  for (const auto& file : files("cmd/" + tool)) {
    if (file.extension() != ".cpp") continue;
    for (const std::string& line : lines(file)) {
      std::smatch match;
      if (std::regex_match(line, match, kDefinition)) found[match[1]] = file.stem().string();
    }
  }
  return found;
}

TEST_CASE("every verb has a file of its name, and every such file a row", "[truth]") {
  for (const std::string& tool : kTools) {
    std::set<std::string> functions;
    for (const std::string& verb : verbs_of(tool)) functions.insert(function_of(verb));
    for (const auto& [function, file] : defined_in(tool)) {
      INFO(tool << ": " << function << " in " << file << ".cpp");
      CHECK(function == file);
      CHECK(functions.erase(function) == 1);
    }
    INFO(tool << ": rows whose verb is defined in no file of its own");
    CHECK(functions.empty());
  }
}

TEST_CASE("every verb explains itself with an example", "[truth]") {
  for (const std::string& tool : kTools) {
    for (const std::string& verb : verbs_of(tool)) {
      INFO(tool << " " << verb);
      std::vector<std::string> command{program(tool)};
      for (const auto word : core::split(verb, ' ')) command.emplace_back(word);
      command.emplace_back("-h");
      const os::Output brief = run(command);
      REQUIRE(brief.exit.is_success());
      CHECK(brief.output.find("\nexamples:\n  " + tool + " ") != std::string::npos);
      CHECK(std::count(brief.output.begin(), brief.output.end(), '\n') <= 40);
      command.back() = "--help";
      CHECK(run(command).output.find("\nexit codes:\n") != std::string::npos);
    }
  }
}

TEST_CASE("every manual page has its sections and passes mandoc", "[truth]") {
  std::vector<std::string> command{"mandoc", "-T", "lint", "-W", "warning"};
  std::size_t programs = 0;
  for (const auto& page : files("man")) {
    INFO(in_tree(page));
    const std::string text = content(page);
    for (const std::string_view section : {".Sh NAME\n", ".Sh DESCRIPTION\n", ".Sh SEE ALSO\n"})
      CHECK(text.find(section) != std::string::npos);
    const bool is_of_program = std::filesystem::exists(program(page.stem().string())) &&
                               page.extension() != ".7" && page.extension() != ".5";
    if (is_of_program) {
      ++programs;
      for (const std::string_view section :
           {".Sh SYNOPSIS\n", ".Sh OPTIONS\n", ".Sh ENVIRONMENT\n", ".Sh FILES\n",
            ".Sh EXIT STATUS\n", ".Sh EXAMPLES\n"}) {
        INFO(section);
        CHECK(text.find(section) != std::string::npos);
      }
    }
    command.push_back(page.string());
  }
  CHECK(programs == kTools.size() + kDaemons.size());
  const os::Output checked = run(command);
  INFO(checked.output << checked.errors);
  CHECK(checked.exit.is_success());
}

TEST_CASE("what is generated is what is committed", "[truth]") {
  const os::Output checked =
      run({(tree() / "tests/truth/regenerate").string(), "--check", TRUNKLINE_BIN_DIR});
  INFO(checked.output << checked.errors);
  CHECK(checked.exit.is_success());
}

TEST_CASE("the completions are valid in their shells", "[truth]") {
  for (const auto& file : files("completions")) {
    const std::string shell = file.parent_path().filename().string();
    INFO(in_tree(file));
    const os::Output checked = run({shell, "-n", file.string()});
    INFO(checked.errors);
    CHECK(checked.exit.is_success());
    CHECK(checked.errors.empty());
  }
}

}  // namespace
}  // namespace trunkline::truth
