// SPDX-License-Identifier: MIT
#include <array>

#include "cli/context.h"
#include "trunkline/commands.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

constexpr std::array<Check, 21> kChecks{
    check_database,    check_sipd,           check_recorderd,
    check_key_ring,    check_key_mirror,     check_mirror_content,
    check_key_export,  check_verification,   check_sip_key,
    check_permissions, check_ports,          check_rtp_range,
    check_disk,        check_cold_tier,      check_clock,
    check_file_limits, check_receive_buffer, check_advertised_address,
    check_alerts,      check_backups,        check_drills};

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::well:
      return "ok";
    case Severity::warning:
      return "warning";
    case Severity::problem:
      return "problem";
  }
  return "unknown";
}

cli::Color severity_color(Severity severity) {
  switch (severity) {
    case Severity::well:
      return cli::Color::green;
    case Severity::warning:
      return cli::Color::yellow;
    case Severity::problem:
      return cli::Color::red;
  }
  return cli::Color::none;
}

core::ExitCode run_checks(cli::Context& context) {
  Findings findings;
  for (const Check check : kChecks)
    for (Finding& finding : check(context.config())) findings.push_back(std::move(finding));
  const Printed printed =
      print_findings(context, findings, context.has("--all") || context.out().is_json());
  context.note(std::to_string(printed.well) + " checks are well");
  return printed.has_problem ? core::ExitCode::failed : core::ExitCode::done;
}

}  // namespace

Printed print_findings(cli::Context& context, const Findings& findings, bool shows_all) {
  cli::Output& out = context.out();
  Printed printed;
  out.table("finding.v1", {{"STATE"}, {"ABOUT"}, {"FOUND"}, {"MEND"}});
  for (const Finding& finding : findings) {
    printed.has_problem |= finding.severity == Severity::problem;
    if (finding.severity == Severity::well) {
      ++printed.well;
      if (!shows_all) continue;
    }
    out.row({{std::string(severity_name(finding.severity)), severity_color(finding.severity)},
             finding.about,
             finding.message,
             finding.mend},
            {{"severity", severity_name(finding.severity)},
             {"about", finding.about},
             {"message", finding.message},
             {"mend", finding.mend}});
  }
  out.flush();
  return printed;
}

cli::Command doctor() {
  return {.path = "doctor",
          .summary = "look for what is wrong with this host, and how to mend it",
          .description =
              "Looks at the database and its migrations, the daemons, the ledger's lag, the key "
              "ring, the key mirror, the copies outside, the last verification of the recordings, "
              "backups and drills, "
              "permissions, ports, the RTP range, disks, "
              "the clock, file "
              "limits, the advertised address and whether anybody is told. Each finding comes with "
              "the command that mends "
              "it. Run it as root: some files are nobody else's to read.",
          .options = {{.name = "-a,--all", .help = "show what is well, too"}},
          .exits = {{core::ExitCode::failed, "at least one problem was found"}},
          .examples = {{"trunkline doctor", "what is wrong, and how to mend it"},
                       {"trunkline doctor --all", "everything that was looked at"}},
          .run = run_checks};
}

}  // namespace trunkline::commands
