// SPDX-License-Identifier: MIT
#include "cdrctl/commands.h"
#include "cdrctl/rate.h"
#include "cli/context.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode show_tariff(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl rate show");
  const cdr::Tariff tariff =
      core::value_or_throw(cdr::find_tariff(connection, context.value("TARIFF")));
  const std::string digits = context.has("--number") ? digits_of(context.value("--number")) : "";
  begin_rates(context.out());
  for (const cdr::Rate& rate : cdr::rates_of(connection, tariff, digits))
    print_rate(context.out(), rate, tariff);
  return core::ExitCode::done;
}

}  // namespace

cli::Command rate_show() {
  return {.path = "rate show",
          .summary = "show the prices of a tariff",
          .description =
              "Steps are the seconds that are charged at least, and the seconds to a "
              "multiple of which a call is rounded up.",
          .arguments = {{.name = "TARIFF",
                         .help = "its name; may be left away where there is only one",
                         .is_optional = true}},
          .options = {{.name = "--number",
                       .help = "only prices that a call to it could have, the one that wins first",
                       .value = "NUMBER"}},
          .exits = {{core::ExitCode::no_input, "there is no such tariff"}},
          .examples = {{"cdrctl rate show carrier-a", "its whole price list"},
                       {"cdrctl rate show carrier-a --number +4915112345678",
                        "what competes for a mobile number"}},
          .is_paged = true,
          .run = show_tariff};
}

}  // namespace trunkline::commands
