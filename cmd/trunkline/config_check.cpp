// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/context.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

core::ExitCode check_configuration(cli::Context& context) {
  const cli::GlobalFlags& flags = context.flags();
  const std::string named = context.has("FILE") ? context.value("FILE") : flags.config_file;
  const config::Sources sources = config::Sources::of_process(named, flags.overrides);
  core::value_or_throw(config::Config::load(sources));
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(sources.file, ignored);
  const std::string file = sources.file.string();
  context.out().record(
      "config_check.v1",
      {{"file", is_there ? file : file + " (not there)"}, {"configuration", "valid"}},
      {{"file", file}, {"is_there", is_there}, {"is_valid", true}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command config_check() {
  return {.path = "config check",
          .summary = "say whether the configuration is valid",
          .description =
              "Reads everything the daemons would read: the file, its trunkline.d, the TRUNKLINE_* "
              "environment and --set. The first fault is told with its file and line.",
          .arguments = {{.name = "FILE",
                         .help = "this file instead of the one in use",
                         .is_optional = true,
                         .complete = cli::Complete::file}},
          .examples = {{"trunkline config check", "before a reload"},
                       {"trunkline config check new.toml", "a file that is not in use yet"}},
          .run = check_configuration};
}

}  // namespace trunkline::commands
