// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "retention/commands.h"
#include "retention/hold.h"

namespace trunkline::commands {
namespace {

core::ExitCode add_hold(cli::Context& context) {
  db::Connection connection = db::open_for_tool(context.config(), "retention hold add");
  // A sweep may have a page in hand, which is waited for.
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  retention::Hold hold{.tenant = chosen_tenant(context, connection).id,
                       .case_name = context.value("CASE"),
                       .owner = context.value("--owner"),
                       .reason = context.value("--reason"),
                       .numbers = context.values("--number"),
                       .since = moment(context, "--since"),
                       .until = moment(context, "--until"),
                       .ends_at = moment(context, "--ends"),
                       .needs_two = context.has("--two-persons"),
                       .added_by = db::acting_person()};
  for (const std::string& which : context.values("--id"))
    hold.items.push_back(find_item(context, connection, which).id);
  const retention::Hold added =
      core::value_or_throw(retention::add_hold(connection, std::move(hold), now));
  const Names names(connection);
  core::Json object = to_json(added, names, now);
  std::vector<cli::Field> more;
  add_covered(
      covered_by(connection, added, retention::load_rules(connection, default_days(context)), now),
      context.out(), more, object);
  print_hold(context.out(), added, names, now, more, std::move(object));
  return core::ExitCode::done;
}

}  // namespace

cli::Command hold_add() {
  return {
      .path = "hold add",
      .summary = "hold calls and all that belongs to them for a case",
      .description =
          "When it returns, no sweep erases anything of its scope until it ends or is released, "
          "whatever policies say, and it says how much it holds. Numbers are compared without what "
          "people put between digits, and with or without the prefix of the country: rather too "
          "much is held than too little. A time alone holds every call of the tenant in it.",
      .arguments = {{.name = "CASE", .help = "what the case is called"}},
      .options =
          {{.name = "--owner", .help = "who asks for it", .value = "TEXT", .is_required = true},
           {.name = "--reason", .help = "why", .value = "TEXT", .is_required = true},
           {.name = "--number",
            .help = "calls of this number or name",
            .value = "NUMBER",
            .is_repeatable = true},
           {.name = "--id", .help = "this recording or call", .value = "ID", .is_repeatable = true},
           {.name = "--since", .help = "calls of this time on", .value = "TIME"},
           {.name = "--until", .help = "calls before this time", .value = "TIME"},
           {.name = "--ends", .help = "the hold ends by itself then", .value = "TIME"},
           {.name = "--two-persons", .help = "two persons have to release it"},
           tenant_option()},
      .exits = {{core::ExitCode::data, "the case has a hold already"},
                {core::ExitCode::no_input, "there is no such recording or call"}},
      .examples = {{"retention hold add 'Doe v. Acme' --owner legal --reason 'letter of 3 May' "
                    "--number +15550100 --since 2026-01-01",
                    "the calls of a number since then"},
                   {"retention hold add audit-7 --owner audit --reason sample --id 7a3f09c2 "
                    "--two-persons",
                    "one call, which two persons have to release"}},
      .run = add_hold};
}

}  // namespace trunkline::commands
