// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "cdrctl/rate.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

void print_price(cli::Output& out, const cdr::Tariff& tariff, const std::string& digits,
                 const cdr::Price& price, core::Time at, core::Milliseconds talked) {
  core::Json object{{"number", "+" + digits},
                    {"at", core::to_rfc3339(at)},
                    {"talk_ms", talked.count()},
                    {"billed_s", price.billed_s},
                    {"cost", price.amount.text()},
                    {"currency", tariff.currency},
                    {"rate", cdr::to_json(price.rate, tariff)}};
  out.record(
      "price.v1",
      {{"number", "+" + digits},
       {"tariff", tariff.name},
       {"prefix", fmt::format("{} {}", price.rate.prefix, price.rate.description)},
       {"price",
        fmt::format("{} {} a minute", price.rate.price_per_minute.text(), tariff.currency)},
       {"connection fee", fmt::format("{} {}", price.rate.connection_fee.text(), tariff.currency)},
       {"charged", fmt::format("{} s of {:.3f} s talked, in steps of {}", price.billed_s,
                               static_cast<double>(talked.count()) / 1'000, steps_of(price.rate))},
       {"cost", fmt::format("{} {}", price.amount.text(), tariff.currency)}},
      std::move(object));
}

core::ExitCode price_call(cli::Context& context) {
  const std::string digits = digits_of(context.value("NUMBER"));
  const core::Time at = moment(context, "--at").value_or(core::system_clock().wall());
  const core::Milliseconds talked = context.duration("--talk").value_or(core::Milliseconds(0));
  db::Connection connection = db::open_to_read(context.config(), "cdrctl rate test");
  const cdr::Tariff tariff =
      core::value_or_throw(cdr::find_tariff(connection, context.value("--tariff")));
  const auto price = cdr::price_of(connection, tariff, digits, at, talked);
  if (!price)
    throw core::Error(core::ExitCode::no_input,
                      fmt::format("tariff '{}' has no price for +{} then", tariff.name, digits),
                      fmt::format("see its prices: cdrctl rate show {}", tariff.name));
  print_price(context.out(), tariff, digits, *price, at, talked);
  return core::ExitCode::done;
}

}  // namespace

cli::Command rate_test() {
  return {
      .path = "rate test",
      .summary = "say what a call to a number costs, and by which price",
      .arguments = {{.name = "NUMBER", .help = "with its country code: +493012345678"}},
      .options = {{.name = "--talk",
                   .help = "how long the call is",
                   .value = "DURATION",
                   .fallback = "1m"},
                  {.name = "--at", .help = "when it begins (now if not given)", .value = "TIME"},
                  {.name = "--tariff",
                   .help = "by which tariff; may be left away where there is only one",
                   .value = "NAME"}},
      .exits = {{core::ExitCode::no_input, "no prefix of the number has a price then"}},
      .examples = {{"cdrctl rate test +4915112345678 --talk 95s", "a call of 95 seconds"},
                   {"cdrctl rate test +15550100 --at 2027-01-01 --json | jq -r .cost",
                    "with the prices of then"}},
      .run = price_call};
}

}  // namespace trunkline::commands
