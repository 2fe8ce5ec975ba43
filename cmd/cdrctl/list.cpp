// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <set>

#include "cdr/query.h"
#include "cdrctl/archive.h"
#include "cdrctl/call.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"

namespace trunkline::commands {
namespace {

/// The newest entry of each call in sipd's journal.
void list_from_journal(cli::Context& context, const cdr::Filter& filter) {
  std::set<core::CallRef> seen;
  std::uint64_t given = 0;
  constexpr int kEntries = 5'000;
  const auto take = [&](const core::Json& entry) {
    const auto body = entry.find("body");
    if (!core::text_at(entry, "kind").starts_with("call.") || body == entry.end()) return;
    const core::Result<cdr::Call> call = cdr::parse_call(*body);
    if (!call || !seen.insert(call->call).second || !cdr::passes(filter, *call)) return;
    if (filter.limit == 0 || given++ < filter.limit) print_call(context.out(), *call);
  };
  core::value_or_throw(sipd(context).call("journal.recent", {{"limit", kEntries}}, take));
}

core::ExitCode list_calls(cli::Context& context) {
  cdr::Filter filter = filter_of(context);
  begin_calls(context.out());
  with_ledger(
      context, "list",
      [&](db::Connection& connection) {
        filter.tenant = chosen_tenant(context, connection);
        const auto print = [&](const cdr::Call& call) {
          print_call(context.out(), call);
          return true;
        };
        const std::uint64_t given = cdr::for_each_call(connection, filter, print);
        if (context.has("--from-archive"))
          each_archived_call(context, connection, filter, given, print);
      },
      [&] {
        if (context.has("--tenant")) {
          throw core::Error(core::ExitCode::unavailable,
                            "cannot look up the tenant without PostgreSQL", "leave --tenant away");
        }
        list_from_journal(context, filter);
      });
  return core::ExitCode::done;
}

}  // namespace

cli::Command list() {
  std::vector<cli::Option> options = call_options("50");
  options.push_back(from_archive_option());
  return {
      .path = "list",
      .summary = "list calls, newest first",
      .description =
          "Lists the calls of the ledger, live ones too. While PostgreSQL is away it lists what "
          "this host's sipd has in its journal, and says so. With --from-archive the calls of "
          "archived months follow those of PostgreSQL.",
      .options = std::move(options),
      .exits = {{core::ExitCode::unavailable, "neither PostgreSQL nor sipd can be reached"}},
      .examples = {{"cdrctl list --since today", "today's calls"},
                   {"cdrctl list --caller 101 --disposition missed --limit 0 --json",
                    "all that 101 tried in vain, for a script"}},
      .is_paged = true,
      .run = list_calls};
}

}  // namespace trunkline::commands
