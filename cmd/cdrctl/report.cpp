// SPDX-License-Identifier: MIT
#include "cdr/report.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>

#include "cdr/period.h"
#include "cdr/report_html.h"
#include "cdr/zone.h"
#include "cdrctl/commands.h"
#include "cdrctl/figures.h"
#include "cdrctl/ledger.h"
#include "cdrctl/report_mail.h"
#include "core/text.h"
#include "db/tool.h"
#include "os/atomic_file.h"
#include "os/fd.h"
#include "os/system_fault.h"

namespace trunkline::commands {
namespace {

constexpr core::Milliseconds kReportPatience{600'000};
constexpr std::size_t kMailColumns = 120;
constexpr core::ByteCount kLargestMail{10'000'000};

void print_table(cli::Output& out, const cdr::Report& report) {
  std::vector<cli::Column> columns;
  for (const std::string& key : report.keys) {
    std::string heading = key;
    for (char& letter : heading)
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    columns.push_back({std::move(heading)});
  }
  for (cli::Column& column : figure_columns(report.total)) columns.push_back(std::move(column));
  out.table("call_report.v1", std::move(columns));
  const auto print = [&](const std::vector<std::string>& keys, const cdr::Figures& figures,
                         core::Json object) {
    std::vector<cli::Cell> cells;
    for (std::size_t i = 0; i < keys.size(); ++i)
      cells.emplace_back(cdr::shown_key(report.keys[i], keys[i]));
    for (cli::Cell& cell : figure_cells(out, figures, report.total))
      cells.push_back(std::move(cell));
    out.row(std::move(cells), std::move(object));
  };
  for (const cdr::ReportRow& row : report.rows)
    print(row.keys, row.figures, cdr::to_json(report, row));
  // For people; a script adds up what it asked for.
  if (!out.is_terminal() || report.rows.size() < 2) return;
  std::vector<std::string> all(report.keys.size(), " ");
  all[0] = "all";
  print(all, report.total, {});
}

std::string zone_of(const cli::Context& context) {
  return context.has("--tz") ? context.value("--tz") : "local time";
}

/// The table as a terminal would show it.
std::string text_of(const cdr::Report& report) {
  const os::Fd file(::memfd_create("report", MFD_CLOEXEC));
  if (!file) throw os::system_error("make a file in memory", errno);
  cli::Output out(file.get(), {.layout = cli::Layout::terminal, .columns = kMailColumns});
  print_table(out, report);
  out.flush();
  return core::value_or_throw(
      os::read_text_file(fmt::format("/proc/self/fd/{}", file.get()), kLargestMail));
}

void print_report(cli::Context& context, const cdr::Report& report, const std::string& heading) {
  cli::Output& out = context.out();
  const std::string format = context.flags().is_json ? "jsonl" : context.value("--format");
  if (format == "csv") return out.bytes(core::as_bytes(cdr::csv_of(report)));
  if (format == "html")
    return out.bytes(core::as_bytes(cdr::html_of(report, heading, zone_of(context))));
  if (format == "table" || out.is_json()) return print_table(out, report);
  for (const cdr::ReportRow& row : report.rows)
    out.json_line("call_report.v1", cdr::to_json(report, row));
}

core::ExitCode report_calls(cli::Context& context) {
  // Before the times are read: --since today is that zone's today.
  if (context.has("--tz")) core::value_or_throw(cdr::use_zone(context.value("--tz")));
  const core::Time now = core::system_clock().wall();
  cdr::ReportQuery query{
      .since = core::value_or_throw(cdr::parse_when(context.value("--since"), now)),
      .until = moment(context, "--until").value_or(now),
      .keys = core::value_or_throw(cdr::parse_keys(context.value("--by")))};
  if (query.until <= query.since)
    throw core::Error(core::ExitCode::usage, "cannot report a time that ends before it begins",
                      "give an --until behind --since");
  db::Connection connection = db::open_to_read(context.config(), "cdrctl report");
  connection.set_statement_timeout(kReportPatience);
  query.tenant = chosen_tenant(context, connection);
  cdr::Report report = core::value_or_throw(cdr::make_report(connection, query));
  if (const auto most = context.number("--limit"); most && *most != 0 && *most < report.rows.size())
    report.rows.resize(*most);
  std::string heading = "Calls";
  if (context.has("--tenant")) heading += " of " + core::to_lower(context.value("--tenant"));
  heading += " by " + core::join(report.keys, ", ");
  if (context.has("--mail"))
    return mail_report(context, report,
                       {.heading = heading,
                        .text = text_of(report),
                        .page = cdr::html_of(report, heading, zone_of(context))},
                       context.values("--mail"));
  print_report(context, report, heading);
  return core::ExitCode::done;
}

}  // namespace

cli::Command report() {
  return {
      .path = "report",
      .summary = "figures of calls by day, tenant, device, country and more",
      .description =
          "Adds up the calls that started in a time, by one key or several: " +
          core::join(cdr::report_keys(), ", ") +
          ". Days and hours are those of the time zone, whatever the clock did. A device is the "
          "caller's, a user the person it belongs to, a country the one that was called, a did the "
          "number of ours that was called or shown.\n\n"
          "ASR and NER are shares of the calls that have ended and that were not refused by us: "
          "those answered, and those that reached the called side at all. ACD is the average talk "
          "time of answered calls, PDD the average time from INVITE to the first sign of the "
          "called "
          "side, MOS the average of the calls' worst direction. Cost is as last rated by cdrctl "
          "rate apply.\n\n"
          "An HTML page is one file without scripts: charts, tiles and the table, in light or dark "
          "as its reader prefers, and it prints.",
      .options =
          {{.name = "--by",
            .help = "the keys, separated by commas, hour, day, week or month one of them at most",
            .value = "KEYS",
            .fallback = "day"},
           {.name = "--since",
            .help = "calls that started at or after: today, 30d, 2026-11-01",
            .value = "TIME",
            .fallback = "30d"},
           {.name = "--until",
            .help = "calls that started before (now if not given)",
            .value = "TIME"},
           {.name = "--tz",
            .help = "the time zone of days and times (this host's if not given)",
            .value = "ZONE"},
           {.name = "--tenant", .help = "only of this tenant", .value = "NAME"},
           {.name = "-n,--limit",
            .help = "only the first so many rows; 0 for all",
            .value = "COUNT",
            .fallback = "0"},
           {.name = "--format",
            .help = "table, csv as of RFC 4180, jsonl: one object a line, or html: a page",
            .value = "FORMAT",
            .fallback = "table",
            .choices = {"table", "csv", "jsonl", "html"}},
           {.name = "--mail",
            .help = "send it instead: the table, with the page and CSV attached",
            .value = "ADDRESS",
            .is_repeatable = true}},
      .exits = {{core::ExitCode::usage, "an unknown key or time zone"},
                {core::ExitCode::partly, "somebody did not get the mail"},
                {core::ExitCode::config, "no mail server is set"},
                {core::ExitCode::unavailable, "PostgreSQL cannot be reached"}},
      .examples = {{"cdrctl report --since 7d", "the last week, day by day"},
                   {"cdrctl report --by device -n 10 --since 2026-11-01 --until 2026-12-01",
                    "who called most in November"},
                   {"cdrctl report --by day --tz Europe/Berlin --format html >calls.html",
                    "a page for a browser or a printer"}},
      .is_paged = true,
      .run = report_calls};
}

}  // namespace trunkline::commands
