// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "crypto/password.h"
#include "db/tool.h"
#include "directory/people.h"
#include "directory/tenants.h"
#include "os/credential.h"
#include "trunkline/commands.h"
#include "trunkline/init_database.h"
#include "trunkline/init_host.h"
#include "trunkline/init_report.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;

/// --domain, else this host's name, else "localhost".
std::string domain_of(cli::Context& context) {
  if (context.has("--domain")) return context.value("--domain");
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return directory::parse_domain(name.data()).value_or("localhost");
}

directory::Tenant init_tenant(cli::Context& context, db::Connection& connection,
                              InitReport& report) {
  const std::string name = context.value("--tenant");
  const std::vector<directory::Tenant> tenants = directory::list_tenants(connection);
  for (const directory::Tenant& tenant : tenants) {
    const bool is_it = context.has("--tenant") ? tenant.name == name : tenant.is_default;
    if (!is_it) continue;
    if (context.has("--domain") && tenant.domain != context.value("--domain")) {
      context.warn(fmt::format("tenant {} keeps its domain {}", tenant.name, tenant.domain),
                   "a domain cannot be changed; add another tenant: trunkline tenant add");
    }
    report.present("tenant", fmt::format("{} ({})", tenant.name, tenant.domain));
    return tenant;
  }
  directory::Tenant tenant = core::value_or_throw(directory::add_tenant(
      connection, {.name = name,
                   .domain = domain_of(context),
                   .recording = core::value_or_throw(
                       directory::parse_recording_mode(context.value("--recording")))}));
  report.made("tenant", fmt::format("{} ({})", tenant.name, tenant.domain));
  return tenant;
}

void init_person(cli::Context& context, db::Connection& connection, const directory::Tenant& tenant,
                 InitReport& report) {
  const std::string name = context.value("--admin");
  const std::string what = fmt::format("{} of tenant {}", name, tenant.name);
  if (directory::find_person(connection, tenant, name)) {
    return report.present("administrator", what);
  }
  const bool is_generated = !context.has("--password-file");
  const core::Secret password =
      is_generated ? crypto::make_password()
                   : core::value_or_throw(os::read_password(context.value("--password-file")));
  (void)core::value_or_throw(directory::add_person(
      connection, tenant, {.name = name, .roles = {directory::PersonRole::admin}}, password));
  if (is_generated) return report.made_with_password("administrator", what, password);
  report.made("administrator", what);
}

core::ExitCode run(cli::Context& context) {
  const config::Config& config = context.config();
  const Administrator administrator(config, context.value("--admin-url"));
  InitReport report(context);
  init_folders(config, report);
  init_database(config, administrator, context.values("--operator"), report);
  db::Connection connection =
      administrator.open(db::login_of(config.text("db.url")).database, "trunkline_operator");
  init_site_key(config, connection, report);
  init_key_ring(config, report);
  const directory::Tenant tenant = init_tenant(context, connection, report);
  init_person(context, connection, tenant, report);
  context.out().flush();
  try {
    (void)db::open_to_read(config, "trunkline init");
  } catch (const core::Error& error) {
    context.warn(fmt::format("the database is ready, but db.url does not lead there: {}",
                             error.fault().message),
                 error.fault().hint);
    return ExitCode::partly;
  }
  context.note(
      "next: start recorderd and sipd, then add a phone: sipctl device add NAME "
      "--extension DIGITS");
  return ExitCode::done;
}

}  // namespace

cli::Command init() {
  return {
      .path = "init",
      .summary = "set up the exchange on this host",
      .description =
          "Makes what is missing: folders, the database with its roles, logins and schema, sipd's "
          "key, the recording key ring with a fresh key, the first tenant and its administrator. "
          "Running it again is safe: what is there stays as it is and is listed as present.\n\n"
          "Roles and a database are made as a database superuser. Root on the database's host "
          "needs "
          "nothing for that; others name a connection with --admin-url. Afterwards these users may "
          "log in to the database: the one who runs this, trunkline-sip and trunkline-rec, and "
          "those given by --operator.\n\n"
          "The administrator's password is shown once. Back up the two key files, apart from the "
          "recordings: without them devices and recordings are lost.",
      .options = {{.name = "--tenant",
                   .help = "name of the first tenant",
                   .value = "NAME",
                   .fallback = "main"},
                  {.name = "--domain",
                   .help = "its domain: host part of its SIP addresses (this host's name if not "
                           "given)",
                   .value = "DOMAIN"},
                  {.name = "--recording",
                   .help = "whether its calls are recorded unless a device says otherwise",
                   .value = "MODE",
                   .fallback = "off",
                   .choices = {"always", "off"}},
                  {.name = "--admin",
                   .help = "name of the administrator",
                   .value = "NAME",
                   .fallback = "admin"},
                  {.name = "--password-file",
                   .help = "take the administrator's password from this file (mode 600)",
                   .value = "FILE",
                   .complete = cli::Complete::file},
                  {.name = "--admin-url",
                   .help = "connection of a database superuser, as libpq reads it",
                   .value = "URL"},
                  {.name = "--operator",
                   .help = "an operating system user who may run the tools; may be given several "
                           "times",
                   .value = "USER",
                   .is_repeatable = true}},
      .exits = {{ExitCode::partly, "all is made, but db.url does not lead to the database"},
                {ExitCode::no_permission, "no right to make roles or the database"},
                {ExitCode::config, "a key file is missing or belongs to another database"}},
      .examples = {{"trunkline init --tenant acme --domain pbx.acme.example", "the usual start"},
                   {"trunkline init --operator alice", "let the user alice run sipctl and cdrctl"}},
      .run = run};
}

}  // namespace trunkline::commands
