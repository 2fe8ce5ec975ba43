// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "retention/commands.h"
#include "retention/hold.h"

namespace trunkline::commands {
namespace {

core::ExitCode release_hold(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "retention hold release");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const retention::Hold hold =
      core::value_or_throw(retention::find_hold(connection, tenant.id, context.value("CASE")));
  const retention::Release release = core::value_or_throw(retention::release_hold(
      connection, hold, retention::person_of(db::acting_person()), context.value("--reason")));
  const retention::Hold after =
      core::value_or_throw(retention::find_hold(connection, tenant.id, hold.id.text()));
  const Names names(connection);
  core::Json object = to_json(after, names, now);
  std::vector<cli::Field> more;
  const Covered covered =
      covered_by(connection, after, retention::load_rules(connection, default_days(context)), now);
  add_covered(covered, context.out(), more, object);
  print_hold(context.out(), after, names, now, more, std::move(object));
  if (release == retention::Release::first_of_two) {
    context.note("it holds on until a second person releases it, too");
  } else if (covered.overdue.count > 0) {
    context.note(
        fmt::format("{} things it held are beyond their time and go with the next sweep, "
                    "unless another case holds them",
                    covered.overdue.count));
  }
  return core::ExitCode::done;
}

}  // namespace

cli::Command hold_release() {
  return {.path = "hold release",
          .summary = "release what a case held",
          .description =
              "Where the case asks for two persons, each runs this once; root by sudo "
              "counts as the person behind it.",
          .arguments = {{.name = "CASE", .help = "the case, or the end of the hold's id"}},
          .options = {{.name = "--reason", .help = "why", .value = "TEXT", .is_required = true},
                      tenant_option()},
          .exits = {{core::ExitCode::data, "it was released before"},
                    {core::ExitCode::no_input, "there is no such hold"},
                    {core::ExitCode::no_permission, "the same person released it first"}},
          .examples = {{"retention hold release 'Doe v. Acme' --reason 'settled'",
                        "policies decide again"}},
          .run = release_hold};
}

}  // namespace trunkline::commands
