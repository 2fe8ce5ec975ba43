// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cdr/health.h"
#include "cdr/period.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cdrctl/ledger.h"
#include "db/tool.h"

namespace trunkline::commands {
namespace {

std::string plural(std::int64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

/// How long ago, in one unit: "3 s", "2 h".
std::string ago(core::Milliseconds passed) {
  const std::int64_t seconds = passed.count() / 1'000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7'200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3'600);
  return fmt::format("{} days", seconds / 86'400);
}

std::string sentence(const cdr::Health& health, const std::string& since, core::Time now) {
  const cdr::Figures& figures = health.figures;
  std::string line =
      fmt::format("since {}: {}, {} live", since, plural(figures.calls, "call"), health.live_now);
  if (const auto asr = figures.asr_percent()) line += fmt::format(", ASR {:.1f} %", *asr);
  if (const auto acd = figures.acd_ms())
    line += ", ACD " + core::to_clock_text(core::Seconds((*acd + 500) / 1'000));
  if (const auto mos = figures.average_mos()) line += fmt::format(", MOS {:.2f}", *mos);
  line += fmt::format(", {} missing", plural(health.incomplete, "recording"));
  if (health.lag) line += fmt::format(", ledger {} behind", ago(*health.lag));
  if (health.last_shipped_at) {
    const auto passed =
        std::chrono::duration_cast<core::Milliseconds>(now - *health.last_shipped_at);
    line += fmt::format(", last entry {} ago", ago(passed));
  }
  if (health.rejected > 0)
    line += fmt::format(", {} rejected", health.rejected == 1
                                             ? std::string("1 entry")
                                             : fmt::format("{} entries", health.rejected));
  return line;
}

core::ExitCode tell_health(cli::Context& context) {
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  const core::Time now = core::system_clock().wall();
  const core::Time since = core::value_or_throw(cdr::parse_when(context.value("--since"), now));
  const core::Time until = moment(context, "--until").value_or(now);
  db::Connection connection = db::open_to_read(context.config(), "cdrctl stats");
  const cdr::Health health =
      cdr::health_of(connection, since, until, chosen_tenant(context, connection));
  core::Json object{{"since", core::to_rfc3339(since)}, {"until", core::to_rfc3339(until)}};
  cdr::put_figures(object, health.figures);
  object["live_now"] = health.live_now;
  object["incomplete_recordings"] = health.incomplete;
  object["rejected_entries"] = health.rejected;
  if (health.lag) object["ledger_lag_ms"] = health.lag->count();
  if (health.last_shipped_at) object["last_shipped_at"] = core::to_rfc3339(*health.last_shipped_at);
  cli::Output& out = context.out();
  if (out.is_json())
    out.json_line("call_stats.v1", std::move(object));
  else
    out.line(sentence(health, context.value("--since"), now));
  return core::ExitCode::done;
}

}  // namespace

cli::Command stats() {
  return {
      .path = "stats",
      .summary = "say in one line how the exchange does",
      .description =
          "Calls of a time and of this moment, ASR, ACD and MOS as cdrctl report has them, "
          "recordings that had to be made and are not there whole, and how far the ledger is "
          "behind: how late the newest entry of the slowest journal came, and when anything came "
          "last. PostgreSQL alone is asked, no daemon.",
      .options = {{.name = "--since",
                   .help = "calls that started at or after",
                   .value = "TIME",
                   .fallback = "today"},
                  {.name = "--until", .help = "calls that started before", .value = "TIME"},
                  {.name = "--tz",
                   .help = "the time zone of --since and --until (this host's if not given)",
                   .value = "ZONE"},
                  {.name = "--tenant", .help = "only of this tenant", .value = "NAME"}},
      .exits = {{core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl stats", "today so far"},
                   {"cdrctl stats --since 1h --json | jq .asr_percent",
                    "the last hour, for a monitor"}},
      .run = tell_health};
}

}  // namespace trunkline::commands
