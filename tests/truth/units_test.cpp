// SPDX-License-Identifier: MIT
// Units are sealed off as far as they can be, and a timer's service runs a pipeline that is there.

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

#include "truth/tree.h"

namespace trunkline::truth {

TEST_CASE("every unit scores 1.5 or better in systemd-analyze security", "[truth]") {
  for (const auto& file : files("systemd")) {
    if (file.extension() != ".service") continue;
    INFO(in_tree(file));
    const os::Output scored =
        run({"systemd-analyze", "security", "--offline=true", "--threshold=15", file.string()});
    INFO(scored.output.substr(scored.output.size() > 200 ? scored.output.size() - 200 : 0));
    CHECK(scored.exit.is_success());
  }
}

TEST_CASE("a timer has its service, and that runs a pipeline of the tree or a program", "[truth]") {
  static const std::regex kPipeline("ExecStart=/usr/share/trunkline/(pipelines/[a-z-]+)( .*)?");
  for (const auto& file : files("systemd")) {
    if (file.extension() != ".timer") continue;
    INFO(in_tree(file));
    const auto service = std::filesystem::path(file).replace_extension(".service");
    REQUIRE(std::filesystem::exists(service));
    for (const std::string& line : lines(service)) {
      std::smatch pipeline;
      if (!line.starts_with("ExecStart=")) continue;
      INFO(line);
      CHECK((line.starts_with("ExecStart=/usr/bin/") ||
             (std::regex_match(line, pipeline, kPipeline) &&
              std::filesystem::exists(tree() / pipeline[1].str()))));
    }
  }
}

TEST_CASE("a unit that fails tells, but for those that tell", "[truth]") {
  for (const auto& file : files("systemd")) {
    if (file.extension() != ".service") continue;
    const std::string name = file.stem().string();
    if (name == "trunkline-alert@" || name == "trunkline-watch") continue;
    INFO(in_tree(file));
    const auto all = lines(file);
    CHECK(std::count(all.begin(), all.end(), "OnFailure=trunkline-alert@%N.service") == 1);
  }
}

}  // namespace trunkline::truth
