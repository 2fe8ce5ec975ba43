// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdr/tariff.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cli/context.h"
#include "core/text.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

core::ExitCode import_tariff(cli::Context& context) {
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  const core::Time now = core::system_clock().wall();
  cdr::CsvReader reader = core::value_or_throw(cdr::CsvReader::open(context.value("FILE")));
  std::vector<std::string> ignored;
  const std::vector<cdr::Rate> rates = core::value_or_throw(cdr::read_rates(reader, now, ignored));
  if (!ignored.empty())
    context.note(
        fmt::format("columns that are not read: {}", core::printable(core::join(ignored, ", "))));
  db::Connection connection = db::open_for_tool(context.config(), "cdrctl rate import");
  std::string currency = context.value("--currency");
  if (currency.empty()) {
    const auto known = cdr::find_tariff(connection, context.value("--tariff"));
    currency = known ? known->currency : "EUR";
  }
  const cdr::Imported imported = core::value_or_throw(
      cdr::import_rates(connection, context.value("--tariff"), currency, rates, now));
  cli::Output& out = context.out();
  const auto count = [&](std::int64_t number) {
    return out.count(static_cast<std::uint64_t>(number));
  };
  out.record("rate_import.v1",
             {{"tariff", context.value("--tariff")},
              {"currency", currency},
              {"added", count(imported.added)},
              {"changed", count(imported.changed)},
              {"unchanged", count(imported.unchanged)}},
             {{"tariff", context.value("--tariff")},
              {"currency", currency},
              {"added", imported.added},
              {"changed", imported.changed},
              {"unchanged", imported.unchanged}});
  return core::ExitCode::done;
}

}  // namespace

cli::Command rate_import() {
  return {
      .path = "rate import",
      .summary = "take the prices of a tariff from a CSV file",
      .description =
          "Reads prices into a tariff, which is made if there is none of the name; all of the "
          "file or nothing. The first line names the columns, in any order: prefix and price (a "
          "minute) are needed; description, connection_fee, minimum and increment (seconds), "
          "effective_from and effective_to may be there. Money has a point and up to six "
          "decimals, or a comma where fields are separated by something else.\n\n"
          "A price holds for numbers that begin with its prefix and with no longer one that has "
          "a price then. A price that is there from the same time is changed, others stay. Calls "
          "that were rated keep their cost until cdrctl rate apply.",
      .arguments = {{.name = "FILE",
                     .help = "comma, semicolon, tab or bar between fields; - is standard input",
                     .complete = cli::Complete::file}},
      .options =
          {{.name = "--tariff", .help = "which tariff", .value = "NAME", .is_required = true},
           {.name = "--currency",
            .help = "ISO 4217, as EUR (the tariff's; EUR for a new one)",
            .value = "CODE"},
           {.name = "--tz",
            .help = "the time zone of its days (this host's if not given)",
            .value = "ZONE"}},
      .exits = {{core::ExitCode::data, "a line cannot be read: it is named, nothing was taken"},
                {core::ExitCode::usage, "the tariff has another currency"}},
      .examples = {{"cdrctl rate import prices.csv --tariff carrier-a --currency EUR",
                    "a new tariff, or new prices of it"},
                   {"iconv -f LATIN1 -t UTF-8 preise.csv | cdrctl rate import - --tariff b",
                    "a list from elsewhere"}},
      .run = import_tariff};
}

}  // namespace trunkline::commands
