// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <set>
#include <string>

#include "alert/store.h"
#include "core/json.h"
#include "trunkline/alert.h"
#include "trunkline/commands.h"

namespace trunkline::commands {
namespace {

constexpr std::string_view kPrefix = "doctor ";

/// What one run of the doctor found, by what it is about.
std::map<std::string, alert::Alert> read_findings(bool takes_warnings) {
  std::map<std::string, alert::Alert> found;
  std::size_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    if (line.empty()) continue;
    const auto json = core::parse_json(line);
    if (!json || core::text_at(*json, "schema") != "finding.v1")
      throw core::Error(core::ExitCode::data,
                        fmt::format("cannot read line {}: it is no finding.v1", number),
                        "trunkline doctor --json | trunkline alert take");
    const std::string severity = core::text_at(*json, "severity");
    const std::string about = core::text_at(*json, "about");
    if (severity != "problem" && !(severity == "warning" && takes_warnings)) continue;
    alert::Alert& alert = found[about];
    const auto level = severity == "problem" ? alert::Level::critical : alert::Level::warning;
    if (alert.key.empty())
      alert = {.key = std::string(kPrefix) + about,
               .level = level,
               .subject = fmt::format("{}: {}", about, core::text_at(*json, "message"))};
    alert.level = std::max(alert.level, level);
    alert.text += core::text_at(*json, "message") + "\n";
    const std::string mend = core::text_at(*json, "mend");
    if (!mend.empty()) alert.text += "  mend: " + mend + "\n";
  }
  return found;
}

core::ExitCode take_findings(cli::Context& context) {
  const auto found = read_findings(context.has("--warnings"));
  auto connection = database_if_there(context, "trunkline alert take");
  std::vector<alert::Alert> alerts;
  for (const auto& [about, alert] : found) alerts.push_back(alert);
  if (connection)
    for (const alert::Open& open : alert::open_conditions(*connection))
      if (open.key.starts_with(kPrefix) && !found.contains(open.key.substr(kPrefix.size())))
        alerts.push_back({.key = open.key,
                          .level = alert::Level::normal,
                          .subject = open.key.substr(kPrefix.size()) + " is well again",
                          .text = "trunkline doctor finds nothing wrong with it any more.\n"});
  return report(context, raise_all(context, connection, alerts));
}

}  // namespace

cli::Command alert_take() {
  return {
      .path = "alert take",
      .summary = "tell what the doctor finds wrong",
      .description =
          "Reads what trunkline doctor --json prints from standard input. Each thing with a "
          "problem "
          "is told as by alert send, at level critical; what had one before and has none now is "
          "told to be well again.",
      .options = {{.name = "--warnings", .help = "tell warnings, too, at level warning"}},
      .exits = {{core::ExitCode::data, "a line is no finding of the doctor's"},
                {core::ExitCode::partly, "one of several did not get it and will not"},
                {core::ExitCode::unavailable, "nobody got it"},
                {core::ExitCode::config, "no channel is configured"}},
      .examples = {{"trunkline doctor --json | trunkline alert take", "as the timer does"}},
      .run = take_findings};
}

}  // namespace trunkline::commands
