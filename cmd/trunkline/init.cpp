// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "crypto/password.h"
#include "db/tool.h"
#include "directory/people.h"
#include "directory/tenants.h"
#include "trunkline/commands.h"
#include "trunkline/init_database.h"
#include "trunkline/init_host.h"
#include "trunkline/init_report.h"
#include "trunkline/init_wizard.h"

namespace trunkline::commands {
namespace {

using core::ExitCode;

directory::Tenant init_tenant(cli::Context& context, const InitAnswers& answers,
                              db::Connection& connection, InitReport& report) {
  const std::vector<directory::Tenant> tenants = directory::list_tenants(connection);
  for (const directory::Tenant& tenant : tenants) {
    const bool is_it = context.has("--tenant") ? tenant.name == answers.tenant : tenant.is_default;
    if (!is_it) continue;
    if (context.has("--domain") && tenant.domain != context.value("--domain")) {
      context.warn(fmt::format("tenant {} keeps its domain {}", tenant.name, tenant.domain),
                   "a domain cannot be changed; add another tenant: trunkline tenant add");
    }
    report.present("tenant", fmt::format("{} ({})", tenant.name, tenant.domain));
    return tenant;
  }
  directory::Tenant tenant = core::value_or_throw(directory::add_tenant(
      connection,
      {.name = answers.tenant, .domain = answers.domain, .recording = answers.recording}));
  report.made("tenant", fmt::format("{} ({})", tenant.name, tenant.domain));
  return tenant;
}

void init_person(const InitAnswers& answers, db::Connection& connection,
                 const directory::Tenant& tenant, InitReport& report) {
  const std::string what = fmt::format("{} of tenant {}", answers.admin, tenant.name);
  if (directory::find_person(connection, tenant, answers.admin)) {
    return report.present("administrator", what);
  }
  const core::Secret password = answers.password ? *answers.password : crypto::make_password();
  (void)core::value_or_throw(directory::add_person(
      connection, tenant, {.name = answers.admin, .roles = {directory::PersonRole::admin}},
      password));
  if (!answers.password) return report.made_with_password("administrator", what, password);
  report.made("administrator", what);
}

/// Whether there is a tenant. What cannot be asked yet is not there yet.
bool is_set_up(const config::Config& config, const Administrator& administrator) {
  try {
    db::Connection connection =
        administrator.open(db::login_of(config.text("db.url")).database, "trunkline_operator");
    return !directory::list_tenants(connection).empty();
  } catch (const core::Error&) {
    return false;
  }
}

core::ExitCode init_site(cli::Context& context) {
  const config::Config& config = context.config();
  const Administrator administrator(config, context.value("--admin-url"));
  InitAnswers answers = given_answers(context);
  if (can_ask(context) && !is_set_up(config, administrator))
    answers = ask_answers(context, std::move(answers));
  InitReport report(context);
  init_folders(config, report);
  init_database(config, administrator, context.values("--operator"), report);
  db::Connection connection =
      administrator.open(db::login_of(config.text("db.url")).database, "trunkline_operator");
  init_site_key(config, connection, report);
  init_key_ring(config, report);
  const directory::Tenant tenant = init_tenant(context, answers, connection, report);
  init_person(answers, connection, tenant, report);
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
          "Running it again is safe: what is there stays as it is and is listed as present. On a "
          "terminal, where nothing is set up yet, it asks for what no flag says and before it "
          "begins; --yes takes the defaults.\n\n"
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
      .exits = {{ExitCode::failed, "you said no; nothing was made"},
                {ExitCode::partly, "all is made, but db.url does not lead to the database"},
                {ExitCode::no_permission, "no right to make roles or the database"},
                {ExitCode::config, "a key file is missing or belongs to another database"}},
      .examples = {{"trunkline init --tenant acme --domain pbx.acme.example", "the usual start"},
                   {"trunkline init --operator alice", "let the user alice run sipctl and cdrctl"}},
      .run = init_site};
}

}  // namespace trunkline::commands
