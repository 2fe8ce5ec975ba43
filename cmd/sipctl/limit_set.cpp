// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "db/tool.h"
#include "sipctl/commands.h"
#include "sipctl/limit.h"

namespace trunkline::commands {
namespace {

constexpr std::uint64_t kMost = 10'000'000;

std::optional<std::uint32_t> number_of(cli::Context& context, const std::string& option) {
  const auto number = context.number(option);
  if (!number) return std::nullopt;
  if (*number > kMost) {
    throw core::Error(core::ExitCode::usage,
                      fmt::format("cannot set {} to {}: it is too large", option, *number),
                      fmt::format("0 to {}; 0 is no limit", kMost));
  }
  return static_cast<std::uint32_t>(*number);
}

core::ExitCode run(cli::Context& context) {
  directory::Limit change{.max_calls = number_of(context, "--calls"),
                          .calls_per_minute = number_of(context, "--calls-per-minute"),
                          .max_registrations = number_of(context, "--registrations")};
  db::Connection connection = db::open_for_tool(context.config(), "sipctl limit set");
  const Party party = chosen_party(context, connection);
  change.tenant = party.tenant.id;
  if (party.device) change.device = party.device->id;
  const directory::Limit limit = core::value_or_throw(directory::set_limit(connection, change));
  const std::string device = party.device ? party.device->name : std::string();
  context.out().record("limit.v1", fields_of(limit, party.tenant.name, device),
                       to_json(limit, party.tenant.name, device));
  return core::ExitCode::done;
}

}  // namespace

cli::Command limit_set() {
  std::vector<cli::Option> options = party_options();
  options.push_back({.name = "--calls", .help = "calls at the same time", .value = "N"});
  options.push_back(
      {.name = "--calls-per-minute", .help = "calls begun in a minute", .value = "N"});
  options.push_back({.name = "--registrations",
                     .help = "registrations at the same time; of a tenant only",
                     .value = "N"});
  return {
      .path = "limit set",
      .summary = "give a device or a tenant limits of its own",
      .description =
          "Sets what is given and leaves the rest; 0 is no limit. sipd obeys it at once. A call "
          "that a limit refuses is answered 403, and the ledger names the rule.",
      .options = std::move(options),
      .exits = {{core::ExitCode::no_input, "there is no such device or tenant"}},
      .examples = {{"sipctl limit set --device lobby --calls 1", "one call at a time"},
                   {"sipctl limit set --tenant acme --calls 30 --calls-per-minute 120",
                    "what a tenant has paid for"}},
      .run = run};
}

}  // namespace trunkline::commands
