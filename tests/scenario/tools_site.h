// SPDX-License-Identifier: MIT
#pragma once

// An exchange that is set up by `trunkline init` in a directory and a database of its own, without
// daemons: for the verbs of directory and ledger. What they print as JSON is checked by its schema.

#include <catch2/catch.hpp>
#include <fstream>

#include "core/json.h"
#include "core/text.h"
#include "os/process.h"
#include "support/database.h"
#include "support/program.h"
#include "support/temporary_directory.h"

namespace trunkline::test {

class Site {
 public:
  Site() : config_((directory_.path() / "trunkline.toml").string()) {
    const std::string path = directory_.path().string();
    std::ofstream(config_) << "[db]\nurl = \"dbname=" << database_.name() << "\"\n[sip]\n"
                           << "state_dir = \"" << path << "/sipd\"\n"
                           << "control = \"" << path << "/run/sipd/control\"\n"
                           << "key_file = \"" << path << "/keys/sipd.key\"\n[media]\n"
                           << "state_dir = \"" << path << "/recorderd\"\n"
                           << "control = \"" << path << "/run/recorderd/control\"\n[recording]\n"
                           << "path = \"" << path << "/recordings\"\n"
                           << "key_ring = \"" << path << "/keys/recording.keyring\"\n[retention]\n"
                           << "state_dir = \"" << path << "/retention\"\n[backup]\n"
                           << "state_dir = \"" << path << "/backup-state\"\n[ledger]\n"
                           << "archive_dir = \"" << path << "/archive\"\n";
  }

  Words command(const std::string& tool, const Words& words) const {
    Words command{std::string(TRUNKLINE_BIN_DIR) + "/" + tool, "--config", config_};
    command.insert(command.end(), words.begin(), words.end());
    return command;
  }
  os::Output run(const std::string& tool, const Words& words) const {
    return core::value_or_throw(
        os::run_command({.arguments = command(tool, words)}, core::Seconds(60)));
  }
  /// The objects a verb prints, each valid by its schema.
  std::vector<core::Json> json(const std::string& tool, Words words, int status = 0) const {
    words.emplace_back("--json");
    const os::Output output = run(tool, words);
    INFO(output.errors);
    REQUIRE(output.exit.text() ==
            (status == 0 ? "exit code 0" : "exit code " + std::to_string(status)));
    const std::string lines = (directory_.path() / "lines").string();
    std::ofstream(lines) << output.output;
    const os::Output valid = core::value_or_throw(os::run_command(
        {.arguments = {"/bin/sh", "-c", "exec \"$0\" <\"$1\"",
                       std::string(TRUNKLINE_SOURCE_DIR) + "/tests/truth/validate", lines}},
        core::Seconds(60)));
    INFO(valid.errors);
    CHECK(valid.exit.is_success());
    std::vector<core::Json> objects;
    for (const std::string_view line : core::split(output.output, '\n')) {
      if (!line.empty()) objects.push_back(core::value_or_throw(core::parse_json(line)));
    }
    return objects;
  }
  /// What a verb that must fail says.
  std::string refusal(const std::string& tool, Words words) const {
    const os::Output output = run(tool, std::move(words));
    CHECK_FALSE(output.exit.is_success());
    CHECK(output.output.empty());
    return output.errors;
  }
  const Database& database() const { return database_; }
  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }

 private:
  Database database_{Database::Content::empty};
  TemporaryDirectory directory_;
  std::string config_;
};

/// A pipeline as the package has it: beside no build, so that it takes the programs of PATH.
inline os::Output run_pipeline(const Site& site, const std::string& name, Words words,
                               std::vector<std::pair<std::string, std::string>> environment) {
  const std::filesystem::path copy = site.path("pipeline-" + name);
  std::filesystem::copy_file(std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/" + name, copy,
                             std::filesystem::copy_options::overwrite_existing);
  Words arguments{copy.string()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  arguments.insert(arguments.end(), {"--config", site.path("trunkline.toml").string()});
  return core::value_or_throw(
      os::run_command({.arguments = std::move(arguments), .environment = std::move(environment)},
                      core::Seconds(60)));
}

}  // namespace trunkline::test
