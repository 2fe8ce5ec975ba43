// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "os/credential.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_device(cli::Context& context) {
  directory::NewDevice device{
      .name = context.value("NAME"),
      .extension = context.value("--extension"),
      .display_name = context.value("--display-name"),
      .algorithm =
          core::value_or_throw(directory::parse_digest_algorithm(context.value("--algorithm"))),
      .recording =
          core::value_or_throw(directory::parse_recording_mode(context.value("--recording")))};
  if (context.has("--password-file")) {
    device.password = core::value_or_throw(os::read_password(context.value("--password-file")));
  }
  db::Connection connection = db::open_for_tool(context.config(), "sipctl device add");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  device.owner = chosen_owner(context, connection, tenant).value_or(core::UserId{});
  show_with_password(context, connection,
                     core::value_or_throw(directory::add_device(connection, tenant, device)),
                     tenant);
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_add() {
  return {
      .path = "device add",
      .summary = "add a device and show its password once",
      .description =
          "Adds a phone that may register and be called. Its password is made here, shown once and "
          "kept nowhere: the database holds its digest secret, sealed so that only sipd can open "
          "it. sipd knows the device as soon as this returns.\n\n"
          "The name is the user part of its SIP address; the extension is what others dial. A name "
          "of digits is its own extension.",
      .arguments = {{.name = "NAME",
                     .help = "a-z 0-9 . _ - and at least one letter, or the "
                             "extension itself"}},
      .options =
          {{.name = "--extension", .help = "digits others dial to call it", .value = "DIGITS"},
           {.name = "--display-name", .help = "shown by the phone that is called", .value = "TEXT"},
           owner_option(),
           {.name = "--recording",
            .help = "whether its calls are recorded",
            .value = "MODE",
            .fallback = "inherit",
            .choices = {"inherit", "always", "off"}},
           {.name = "--algorithm",
            .help = "digest algorithm of its challenge",
            .value = "NAME",
            .fallback = "md5",
            .choices = {"md5", "sha256"}},
           {.name = "--password-file",
            .help = "take the password from this file (mode 600) instead of making one",
            .value = "FILE",
            .complete = cli::Complete::file},
           tenant_option()},
      .exits = {{core::ExitCode::data, "the name or the extension is taken"},
                {core::ExitCode::no_input, "there is no such user to own it"},
                {core::ExitCode::config, "the exchange is not set up yet"}},
      .examples = {{"sipctl device add alice --extension 101", "a phone that is dialled by 101"},
                   {"sipctl device add alice --extension 101 --json | jq -r .password",
                    "its password for a script"}},
      .run = add_device};
}

}  // namespace trunkline::commands
