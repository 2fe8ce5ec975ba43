// SPDX-License-Identifier: MIT
#include "cdr/tariff.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode list_tariffs(cli::Context& context) {
  db::Connection connection = db::open_to_read(context.config(), "cdrctl rate list");
  cli::Output& out = context.out();
  out.table("tariff.v1", {{"TARIFF"}, {"CURRENCY"}, {"PRICES", cli::Align::right}, {"CHANGED"}});
  for (const cdr::Tariff& tariff : cdr::list_tariffs(connection))
    out.row({tariff.name, tariff.currency, out.count(static_cast<std::uint64_t>(tariff.rates)),
             out.time(tariff.changed_at)},
            {{"tariff", tariff.name},
             {"currency", tariff.currency},
             {"prices", tariff.rates},
             {"changed_at", core::to_rfc3339(tariff.changed_at)}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command rate_list() {
  return {.path = "rate list",
          .summary = "list the tariffs",
          .exits = {{core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
          .examples = {{"cdrctl rate list", "every tariff with its currency"}},
          .is_paged = true,
          .run = list_tariffs};
}

}  // namespace trunkline::commands
