// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "os/credential.h"
#include "sipctl/commands.h"
#include "sipctl/device.h"

namespace trunkline::commands {
namespace {

directory::DeviceChange change_of(cli::Context& context) {
  directory::DeviceChange change;
  if (context.has("--extension")) change.extension = context.value("--extension");
  if (context.has("--display-name")) change.display_name = context.value("--display-name");
  if (context.has("--recording")) {
    change.recording =
        core::value_or_throw(directory::parse_recording_mode(context.value("--recording")));
  }
  if (context.has("--enable") && context.has("--disable")) {
    throw core::Error(core::ExitCode::usage, "cannot both enable and disable a device",
                      "give one of --enable and --disable");
  }
  if (context.has("--enable")) change.is_enabled = true;
  if (context.has("--disable")) change.is_enabled = false;
  return change;
}

core::ExitCode change_device(cli::Context& context) {
  directory::DeviceChange change = change_of(context);
  std::optional<directory::DigestAlgorithm> algorithm;
  if (context.has("--algorithm")) {
    algorithm =
        core::value_or_throw(directory::parse_digest_algorithm(context.value("--algorithm")));
  }
  std::optional<core::Secret> password;
  if (context.has("--password-file")) {
    password = core::value_or_throw(os::read_password(context.value("--password-file")));
  }
  db::Connection connection = db::open_for_tool(context.config(), "sipctl device set");
  const directory::Tenant tenant = chosen_tenant(context, connection);
  change.owner = chosen_owner(context, connection, tenant);
  directory::Device device =
      core::value_or_throw(directory::find_device(connection, tenant, context.value("DEVICE")));
  device = core::value_or_throw(directory::set_device(connection, device, change));
  // The digest secret is made of the password, so another algorithm needs a password again.
  if (algorithm || password || context.has("--new-password")) {
    show_with_password(context, connection,
                       core::value_or_throw(directory::reset_device_password(
                           connection, tenant, device, algorithm, password)),
                       tenant);
    return core::ExitCode::done;
  }
  show(context, connection, device, tenant);
  return core::ExitCode::done;
}

}  // namespace

cli::Command device_set() {
  return {.path = "device set",
          .summary = "change a device",
          .description =
              "Changes what is given and leaves the rest. Another digest algorithm makes a new "
              "password, because the digest secret is all that is kept and cannot be converted.\n\n"
              "A device that is disabled can neither register nor call; calls that run go on.",
          .arguments = {{.name = "DEVICE", .help = "name, extension, or the end of the id"}},
          .options = {{.name = "--extension",
                       .help = "another extension; \"\" takes it away",
                       .value = "DIGITS"},
                      {.name = "--display-name",
                       .help = "shown by the phone that is called",
                       .value = "TEXT"},
                      owner_option(),
                      {.name = "--recording",
                       .help = "whether its calls are recorded",
                       .value = "MODE",
                       .choices = {"inherit", "always", "off"}},
                      {.name = "--enable", .help = "let it register and call"},
                      {.name = "--disable", .help = "refuse it"},
                      {.name = "--new-password", .help = "make another password and show it once"},
                      {.name = "--password-file",
                       .help = "take the new password from this file (mode 600)",
                       .value = "FILE",
                       .complete = cli::Complete::file},
                      {.name = "--algorithm",
                       .help = "digest algorithm of its challenge; makes a new password",
                       .value = "NAME",
                       .choices = {"md5", "sha256"}},
                      tenant_option()},
          .exits = {{core::ExitCode::no_input, "there is no such device, or user to own it"},
                    {core::ExitCode::data, "the extension is taken"}},
          .examples = {{"sipctl device set alice --recording always", "record all its calls"},
                       {"sipctl device set alice --new-password", "when the old one got lost"}},
          .run = change_device};
}

}  // namespace trunkline::commands
