// SPDX-License-Identifier: MIT
#include "cli/context.h"
#include "trunkline/commands.h"
#include "trunkline/setting.h"

namespace trunkline::commands {
namespace {

std::vector<const config::Setting*> chosen(cli::Context& context) {
  std::vector<const config::Setting*> settings;
  for (const std::string& name : context.values("KEY")) {
    const std::size_t before = settings.size();
    for (const config::Setting& setting : config::settings())
      if (setting.key == name || setting.key.starts_with(name + ".")) settings.push_back(&setting);
    if (settings.size() == before)
      throw core::Error(config::unknown_setting(name, core::ExitCode::usage));
  }
  if (context.has("KEY")) return settings;
  for (const config::Setting& setting : config::settings()) settings.push_back(&setting);
  return settings;
}

core::ExitCode show_settings(cli::Context& context) {
  const config::Config& config = context.config();
  const bool with_origin = context.has("--origin");
  std::vector<cli::Column> columns{{"SETTING"}, {"VALUE"}};
  if (with_origin) columns.push_back({"ORIGIN"});
  context.out().table("setting.v1", std::move(columns));
  for (const config::Setting* const setting : chosen(context)) {
    const bool is_default = config.origin(setting->key) == "default";
    if (context.has("--changed") && is_default) continue;
    std::vector<cli::Cell> cells{setting->key, config.shown(setting->key)};
    if (with_origin)
      cells.emplace_back(config.origin(setting->key),
                         is_default ? cli::Color::dim : cli::Color::none);
    context.out().row(std::move(cells), setting_json(*setting, config));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command config_show() {
  return {.path = "config show",
          .summary = "show the settings in force",
          .description =
              "Shows every setting with its value: of one section or key, or of all. Passwords are "
              "not shown. A later source overrides an earlier one: defaults, trunkline.toml, "
              "trunkline.d in the order of the names, the TRUNKLINE_* environment, --set.",
          .arguments = {{.name = "KEY",
                         .help = "a setting such as sip.max_calls, or a section such as sip",
                         .is_optional = true,
                         .is_repeatable = true}},
          .options = {{.name = "--origin", .help = "and where each value comes from"},
                      {.name = "--changed", .help = "only what is not the default"}},
          .examples = {{"trunkline config show --origin", "all settings and where they come from"},
                       {"trunkline config show sip.listen", "one value"},
                       {"trunkline config show --changed", "what was decided here"}},
          .is_paged = true,
          .run = show_settings};
}

}  // namespace trunkline::commands
