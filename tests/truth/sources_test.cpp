// SPDX-License-Identifier: MIT
// What every source file owes its readers.

#include <catch2/catch.hpp>

#include "truth/tree.h"

namespace trunkline::truth {
namespace {

constexpr std::size_t kLongest = 500;  // lines: past that a file is two things

bool is_script(const std::filesystem::path& file) {
  return file.extension().empty() && content(file).starts_with("#!");
}

TEST_CASE("the licence is the first line of every source file", "[truth]") {
  for (const auto& file : files()) {
    if (!is_source(file)) continue;
    INFO(in_tree(file));
    const auto text = lines(file);
    REQUIRE_FALSE(text.empty());
    CHECK(text.front() == "// SPDX-License-Identifier: MIT");
  }
}

TEST_CASE("no source file or script is longer than one can keep in mind", "[truth]") {
  for (const auto& file : files()) {
    if (!is_source(file) && !is_script(file)) continue;
    INFO(in_tree(file));
    CHECK(lines(file).size() <= kLongest);
  }
}

TEST_CASE("every header is included once and opens with what it is for", "[truth]") {
  for (const auto& file : files("lib")) {
    if (file.extension() != ".h") continue;
    INFO(in_tree(file));
    const auto text = lines(file);
    REQUIRE(text.size() > 4);
    CHECK(text[1] == "#pragma once");
    CHECK(text[2].empty());
    CHECK(text[3].starts_with("// "));
  }
}

TEST_CASE("a parser of outside bytes has a fuzz target with a corpus", "[truth]") {
  const auto fuzz = tree() / "tests/fuzz";
  for (const auto& entry : std::filesystem::directory_iterator(fuzz)) {
    const std::string name = entry.path().stem().string();
    if (!name.ends_with("_fuzz")) continue;
    INFO(name);
    CHECK(std::filesystem::exists(fuzz / "corpus" / name));
    CHECK_FALSE(std::filesystem::is_empty(fuzz / "corpus" / name));
  }
  for (const auto& entry : std::filesystem::directory_iterator(fuzz / "corpus")) {
    INFO(entry.path().string());
    CHECK(std::filesystem::exists(fuzz / (entry.path().filename().string() + ".cpp")));
  }
}

TEST_CASE("scripts pass shellcheck", "[truth]") {
  std::vector<std::string> command{"shellcheck", "-x", "-P", "SCRIPTDIR"};
  for (const auto& file : files()) {
    const std::string text = content(file);
    const std::string first = text.substr(0, text.find('\n'));
    const bool is_shell = first.starts_with("#!") && (first.find("/sh") != std::string::npos ||
                                                      first.find("bash") != std::string::npos);
    const bool is_completion = in_tree(file).starts_with("completions/bash/");
    if (is_shell || is_completion) command.push_back(file.string());
  }
  REQUIRE(command.size() > 4);
  const os::Output checked = run(command);
  INFO(checked.output);
  CHECK(checked.exit.is_success());
}

}  // namespace
}  // namespace trunkline::truth
