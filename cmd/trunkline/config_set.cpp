// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/context.h"
#include "config/set_file.h"
#include "trunkline/commands.h"
#include "trunkline/setting.h"

namespace trunkline::commands {
namespace {

/// Says how the new value gets into the programs that run.
void note_next_step(const cli::Context& context, const config::Setting& setting) {
  const bool is_of_sipd = setting.used_by.find("sipd") != std::string_view::npos;
  const bool is_of_recorderd = setting.used_by.find("recorderd") != std::string_view::npos;
  if (setting.is_reloadable && is_of_sipd) context.note("sipd takes it over with: sipctl reload");
  if (setting.is_reloadable && is_of_recorderd)
    context.note("recorderd takes it over with: systemctl reload recorderd");
  if (setting.is_reloadable || (!is_of_sipd && !is_of_recorderd)) return;
  context.note(fmt::format("it takes effect with: systemctl restart{}{}", is_of_sipd ? " sipd" : "",
                           is_of_recorderd ? " recorderd" : ""));
}

core::ExitCode change_setting(cli::Context& context) {
  const cli::GlobalFlags& flags = context.flags();
  const config::Sources sources = config::Sources::of_process(flags.config_file, flags.overrides);
  const std::string key = context.value("KEY");
  core::value_or_throw(config::write_setting(sources, key, context.value("VALUE")));

  const config::Config config = core::value_or_throw(config::Config::load(sources));
  const std::string file = config::set_file_of(sources).string();
  const config::Setting& setting = *config::find_setting(key);
  context.out().record("setting.v1",
                       {{"setting", key}, {"value", config.shown(key)}, {"file", file}},
                       setting_json(setting, config));
  if (!config.origin(key).starts_with(file))
    context.warn(fmt::format("{} stays {}: {} comes after {}", key, config.shown(key),
                             config.origin(key), file),
                 fmt::format("change it there, or see trunkline config show --origin {}", key));
  note_next_step(context, setting);
  return core::ExitCode::done;
}

}  // namespace

cli::Command config_set() {
  return {
      .path = "config set",
      .summary = "change a setting for good",
      .description =
          "Writes the setting into trunkline.d/50-set.toml beside trunkline.toml, which keeps "
          "the other settings made this way. Files written by hand are never changed. Nothing "
          "is written where the value does not fit or the configuration would become invalid.",
      .arguments = {{.name = "KEY", .help = "the setting, such as sip.max_calls"},
                    {.name = "VALUE",
                     .help = "its value; the items of a list are separated by commas"}},
      .exits = {{core::ExitCode::cannot_create, "the file cannot be written"}},
      .examples = {{"trunkline config set sip.max_calls 200", "a number"},
                   {"trunkline config set sip.listen udp:0.0.0.0:5060,tcp:0.0.0.0:5060", "a list"}},
      .run = change_setting};
}

}  // namespace trunkline::commands
