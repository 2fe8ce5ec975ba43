// SPDX-License-Identifier: MIT
#include "db/tool.h"
#include "retention/commands.h"
#include "retention/hold.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_hold(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "retention hold show");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  const directory::Tenant tenant = chosen_tenant(context, connection);
  const retention::Hold hold =
      core::value_or_throw(retention::find_hold(connection, tenant.id, context.value("CASE")));
  const Names names(connection);
  core::Json object = to_json(hold, names, now);
  std::vector<cli::Field> more;
  add_covered(
      covered_by(connection, hold, retention::load_rules(connection, default_days(context)), now),
      context.out(), more, object);
  print_hold(context.out(), hold, names, now, more, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command hold_show() {
  return {
      .path = "hold show",
      .summary = "show a hold and what it covers",
      .description =
          "Of a hold that was released or has ended, what it covers and is beyond its "
          "time goes with the next sweep, unless another case holds it.",
      .arguments = {{.name = "CASE", .help = "the case, or the end of the hold's id"}},
      .options = {tenant_option()},
      .exits = {{core::ExitCode::no_input, "there is no such hold"}},
      .examples = {{"retention hold show 'Doe v. Acme'", "who asked for it, and what it holds"}},
      .run = show_hold};
}

}  // namespace trunkline::commands
