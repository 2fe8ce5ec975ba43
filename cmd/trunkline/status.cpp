// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/context.h"
#include "db/connection.h"
#include "trunkline/commands.h"
#include "trunkline/daemons.h"

namespace trunkline::commands {
namespace {

struct SitePart {
  std::string name;
  bool is_up = false;
  std::string says;
  core::Json status = core::Json::object();
};

std::string ledger_says(const core::Json& status) {
  const core::Json journal = member(status, "journal");
  if (!core::bool_at(journal, "is_healthy", true))
    return "journal cannot be written: " + core::text_at(journal, "error");
  const core::Json ledger = member(status, "ledger");
  if (ledger.empty()) return "ledger off";
  const std::int64_t waiting = core::number_at(ledger, "last") - core::number_at(ledger, "shipped");
  return waiting <= 0 ? std::string("ledger up to date")
                      : fmt::format("{} ledger entries wait for PostgreSQL", waiting);
}

SitePart ask_for_status(const config::Config& config, const Daemon& daemon,
                        std::string (*describe)(const core::Json&)) {
  const auto answer = ask_daemon(config, daemon, "status");
  if (!answer) return {.name = daemon.name, .is_up = false, .says = answer.error().message};
  return {.name = daemon.name, .is_up = true, .says = describe(*answer), .status = *answer};
}

std::string describe_sipd(const core::Json& status) {
  return fmt::format("{} calls, {} registrations; {}", core::number_at(status, "calls"),
                     core::number_at(status, "registrations"), ledger_says(status));
}

/// A pair that a call has left rests for some seconds: full of resting pairs is full, too.
std::string ports_say(const core::Json& status) {
  const core::Json ports = member(status, "ports");
  return fmt::format("{} of {} port pairs in use, {} resting", core::number_at(ports, "in_use"),
                     core::number_at(ports, "pairs"), core::number_at(ports, "resting"));
}

std::string describe_recorderd(const core::Json& status) {
  const core::Json keys = member(status, "keys");
  const std::string keys_say = core::bool_at(keys, "has_ring", true)
                                   ? std::string()
                                   : "; records nothing: " + core::text_at(keys, "error");
  return fmt::format("{} sessions, {} recording; {}; {}{}", core::number_at(status, "sessions"),
                     core::number_at(status, "recordings_running"), ports_say(status),
                     ledger_says(status), keys_say);
}

SitePart ask_database(const config::Config& config) {
  try {
    db::Options options;
    options.url = config.text("db.url");
    options.application = "trunkline status";
    options.role = "trunkline_operator";
    options.connect_timeout = kAnswersWithin;
    options.statement_timeout = kAnswersWithin;
    auto connection = db::Connection::open(options);
    const auto begun = core::system_clock().steady();
    (void)connection.query("select 1 as one");
    const auto took =
        std::chrono::duration_cast<core::Microseconds>(core::system_clock().steady() - begun);
    return {.name = "database",
            .is_up = true,
            .says = fmt::format("{}, answers in {} us", connection.address(), took.count())};
  } catch (const core::Error& error) {
    return {.name = "database", .is_up = false, .says = error.fault().message};
  }
}

core::ExitCode show_status(cli::Context& context) {
  const config::Config& config = context.config();
  cli::Output& out = context.out();
  const SitePart parts[] = {ask_for_status(config, kDaemons[0], describe_sipd),
                            ask_for_status(config, kDaemons[1], describe_recorderd),
                            ask_database(config)};
  bool are_all_up = true;
  out.table("part.v1", {{"PART"}, {"STATE"}, {"SAYS"}});
  for (const SitePart& part : parts) {
    are_all_up &= part.is_up;
    const cli::Cell state(part.is_up ? "up" : "down",
                          part.is_up ? cli::Color::green : cli::Color::red);
    out.row(
        {part.name, state, part.says},
        {{"part", part.name}, {"is_up", part.is_up}, {"says", part.says}, {"status", part.status}});
  }
  return are_all_up ? core::ExitCode::done : core::ExitCode::unavailable;
}

}  // namespace

cli::Command status() {
  return {.path = "status",
          .summary = "show what runs: sipd, recorderd and the database",
          .exits = {{core::ExitCode::unavailable, "a part is down"}},
          .examples = {{"trunkline status", "one line a part"},
                       {"trunkline status --json | jq -r 'select(.is_up|not).part'",
                        "the parts that are down"}},
          .run = show_status};
}

}  // namespace trunkline::commands
