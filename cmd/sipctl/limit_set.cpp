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

core::ExitCode set_limits(cli::Context& context) {
  directory::Limit change{.max_calls = number_of(context, "--calls"),
                          .calls_per_minute = number_of(context, "--calls-per-minute"),
                          .max_registrations = number_of(context, "--registrations")};
  db::Connection connection = db::open_for_tool(context.config(), "sipctl limit set");
  directory::NamedLimit named = chosen_party(context, connection);
  change.tenant = named.limit.tenant;
  change.device = named.limit.device;
  change.person = named.limit.person;
  named.limit = core::value_or_throw(directory::set_limit(connection, change));
  context.out().record("limit.v1", fields_of_limit(named), to_json(named));
  return core::ExitCode::done;
}

}  // namespace

cli::Command limit_set() {
  std::vector<cli::Option> options = party_options();
  options.push_back({.name = "--calls", .help = "calls at the same time", .value = "N"});
  options.push_back(
      {.name = "--calls-per-minute", .help = "calls begun in a minute", .value = "N"});
  options.push_back({.name = "--registrations",
                     .help = "registrations at the same time; not of a device",
                     .value = "N"});
  return {
      .path = "limit set",
      .summary = "give a device, a user or a tenant limits of its own",
      .description =
          "Sets what is given and leaves the rest; 0 is no limit. sipd obeys it at once. A call "
          "that a limit refuses is answered 403, and the ledger names the rule. A user's limits "
          "are for all devices of theirs together: sipctl device set DEVICE --owner NAME.",
      .options = std::move(options),
      .exits = {{core::ExitCode::no_input, "there is no such device, user or tenant"}},
      .examples = {{"sipctl limit set --device lobby --calls 1", "one call at a time"},
                   {"sipctl limit set --user bob --calls 3 --registrations 4",
                    "for all of bob's phones together"},
                   {"sipctl limit set --tenant acme --calls 30 --calls-per-minute 120",
                    "what a tenant has paid for"}},
      .run = set_limits};
}

}  // namespace trunkline::commands
