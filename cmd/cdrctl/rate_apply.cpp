// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdr/calendar.h"
#include "cdr/period.h"
#include "cdr/tariff.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cli/interrupt.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode apply_tariff(cli::Context& context) {
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  const core::Time now = core::system_clock().wall();
  const core::Time since = core::value_or_throw(cdr::parse_when(context.value("--since"), now));
  const core::Time until = moment(context, "--until").value_or(now);
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl rate apply");
  const cdr::Tariff tariff =
      core::value_or_throw(cdr::find_tariff(connection, context.value("--tariff")));
  const cli::InterruptHold interrupt;
  cdr::Applied applied;
  // A day a transaction: what was done stays done, and doing it again changes nothing.
  const auto days = core::value_or_throw(cdr::starts_of(cdr::Unit::day, since, until));
  for (std::size_t i = 0; i < days.size() && !interrupt.is_requested(); ++i)
    applied += cdr::apply_rates(connection, tariff, std::max(since, days[i]),
                                i + 1 < days.size() ? days[i + 1] : until);
  cli::Output& out = context.out();
  const auto count = [&](std::int64_t number) {
    return out.count(static_cast<std::uint64_t>(number));
  };
  out.record("rate_apply.v1",
             {{"tariff", tariff.name},
              {"calls", count(applied.calls)},
              {"rated", count(applied.rated)},
              {"changed", count(applied.changed)},
              {"without a price", count(applied.unpriced)}},
             {{"tariff", tariff.name},
              {"since", core::to_rfc3339(since)},
              {"until", core::to_rfc3339(until)},
              {"calls", applied.calls},
              {"rated", applied.rated},
              {"changed", applied.changed},
              {"unpriced", applied.unpriced}});
  if (interrupt.is_requested()) return core::ExitCode::interrupted;
  if (applied.unpriced == 0) return core::ExitCode::done;
  context.warn(fmt::format("tariff '{}' has no price for {} of the calls", tariff.name,
                           count(applied.unpriced)),
               "see what they are: cdrctl report --by country");
  return core::ExitCode::partly;
}

}  // namespace

cli::Command rate_apply() {
  return {
      .path = "rate apply",
      .summary = "give calls their cost by a tariff",
      .description =
          "Rates the answered calls to numbers of the world that started in the time: by the "
          "longest prefix that had a price when the call began, for at least the minimum and in "
          "whole increments, rounded once, to millionths. Done again, it changes nothing. Where "
          "prices were changed since, a call gets its new cost; what it cost before, by which "
          "price and who rated it, stays in the ledger (cdrctl why shows it).",
      .options = {{.name = "--since",
                   .help = "calls that started at or after",
                   .value = "TIME",
                   .fallback = "yesterday"},
                  {.name = "--until",
                   .help = "calls that started before (now if not given)",
                   .value = "TIME"},
                  {.name = "--tz",
                   .help = "the time zone of --since and --until (this host's if not given)",
                   .value = "ZONE"},
                  {.name = "--tariff",
                   .help = "by which tariff; may be left away where there is only one",
                   .value = "NAME"}},
      .exits = {{core::ExitCode::partly, "calls are left without a cost: no prefix fits"},
                {core::ExitCode::no_input, "there is no such tariff"}},
      .examples = {{"cdrctl rate apply", "since yesterday, as a nightly job"},
                   {"cdrctl rate apply --since 2026-11-01 --until 2026-12-01 --tariff carrier-a",
                    "a month, after its prices were corrected"}},
      .run = apply_tariff};
}

}  // namespace trunkline::commands
