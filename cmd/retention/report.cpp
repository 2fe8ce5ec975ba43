// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <ctime>

#include "alert/page.h"
#include "alert/store.h"
#include "db/tool.h"
#include "http/mailer.h"
#include "os/host_name.h"
#include "retention/commands.h"
#include "retention/due.h"
#include "retention/items.h"
#include "retention/site.h"
#include "retention/storage.h"
#include "usage/facts.h"
#include "usage/period_facts.h"

namespace trunkline::commands {
namespace {

/// Where the database notes when each was last mailed.
std::string mark_of(usage::Period period) {
  switch (period) {
    case usage::Period::day:
      return "daily report";
    case usage::Period::week:
      return "weekly report";
    case usage::Period::month:
      return "monthly report";
  }
  return "report";
}

std::string local_time(core::Time time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<core::Seconds>(time));
  std::tm local{};
  std::array<char, 64> text{};
  if (::localtime_r(&seconds, &local) == nullptr) return core::to_rfc3339(time);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M %Z", &local)};
}

/// To each administrator; a fault where nobody got it.
core::ExitCode mail(cli::Context& context, const alert::Page& page, core::Time now) {
  const config::Config& config = context.config();
  auto server = core::value_or_throw(http::mail_server(config));
  const auto to = core::value_or_throw(http::mail_administrators(config));
  if (!server || to.empty())
    throw core::Error(core::ExitCode::config, "cannot mail the report: nobody is to get it",
                      http::missing_mail_settings(config));
  http::Mail mail{.from = core::value_or_throw(http::mail_sender(config)),
                  .to = to,
                  .subject = page.title,
                  .text = to_text(page),
                  .html = to_html(page),
                  .headers = {{"Auto-Submitted", "auto-generated"}},
                  .date = now};
  mail.message_id = http::make_message_id(mail.from, now);
  const auto undelivered = http::Mailer(std::move(*server)).send(mail);
  for (const http::Undelivered& each : undelivered)
    context.warn(each.fault.message, each.fault.hint);
  if (undelivered.empty()) return core::ExitCode::done;
  if (undelivered.size() < to.size()) return core::ExitCode::partly;
  return undelivered.front().fault.code;
}

alert::Page page_of(cli::Context& context, db::Connection& connection, usage::Period period,
                    core::Time now) {
  const retention::Rules rules = retention::load_rules(connection, default_days(context));
  const usage::Quota quota = quota_of(context.config());
  const auto place = [&context](auto facts) {
    facts.host = os::host_name();
    facts.view.public_url = context.config().text("site.public_url");
    return facts;
  };
  const retention::Zone zone = retention::local_zone;
  switch (period) {
    case usage::Period::day:
      return usage::daily_page(place(usage::load_daily_facts(connection, rules, now, quota)),
                               local_time);
    case usage::Period::week:
      return usage::weekly_page(
          place(usage::load_weekly_facts(connection, rules, now, zone, quota)), local_time, zone);
    case usage::Period::month:
      return usage::monthly_page(
          place(usage::load_monthly_facts(connection, rules, now, zone, quota)), local_time, zone);
  }
  return {};
}

core::ExitCode show_report(cli::Context& context) {
  const bool is_mailed = context.has("--mail");
  const usage::Period period = core::value_or_throw(usage::parse_period(context.value("--over")));
  db::Connection connection = is_mailed ? db::open_for_tool(context.config(), "retention report")
                                        : db::open_to_read(context.config(), "retention report");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  if (context.has("--if-due") &&
      !usage::is_report_due(period, now, alert::watch_mark(connection, mark_of(period)),
                            retention::local_zone)) {
    context.note(fmt::format("the report of the {} is not due yet", usage::name_of(period)));
    return core::ExitCode::done;
  }
  const alert::Page page = page_of(context, connection, period, now);
  if (is_mailed) {
    const core::ExitCode code = mail(context, page, now);
    // Whoever did not get it is named above; all the others would get it twice.
    if (code == core::ExitCode::done || code == core::ExitCode::partly)
      alert::set_watch_mark(connection, mark_of(period), now);
    return code;
  }
  cli::Output& out = context.out();
  const std::string text = context.has("--html") ? to_html(page) : to_text(page);
  if (out.is_json())
    out.json_line("report.v1", {{"period", usage::name_of(period)},
                                {"title", page.title},
                                {"level", name_of(page.level)},
                                {"text", to_text(page)},
                                {"html", to_html(page)}});
  else
    out.bytes(core::as_bytes(text));
  return core::ExitCode::done;
}

}  // namespace

cli::Command report() {
  return {
      .path = "report",
      .summary = "show or mail the report of a day, a week or a month",
      .description =
          "Of the day: usage and forecast, what was erased in the last 24 hours, holds, failed "
          "recordings, open alerts, the last backup, drill and verification as far as the audit "
          "log knows, and the largest tenants and devices. Of the last whole week (from Monday): "
          "calls and recordings beside those of four weeks before, why recordings failed, the "
          "backups and the days without one, holds that came, stayed and went. Of the last whole "
          "month: the same trend, the busiest hour and what the storage will need, every policy "
          "and who changed one, who opened recordings, whether the audit log is whole, and the "
          "restore tests. --mail sends it to all of mail.to, as text and HTML.",
      .options = {{.name = "--over",
                   .help = "what it is about: the last whole week or month, or the day",
                   .value = "PERIOD",
                   .fallback = "day",
                   .choices = {"day", "week", "month"}},
                  {.name = "--mail", .help = "mail it to the administrators"},
                  {.name = "--if-due",
                   .help = "only once in each: from eight o'clock local time on, of the day, of "
                           "Monday, of the month's first"},
                  {.name = "--html", .help = "the HTML page instead of the text"}},
      .exits = {{core::ExitCode::partly, "some of mail.to did not get it"},
                {core::ExitCode::no_permission, "the mail server refuses it"},
                {core::ExitCode::unavailable, "the mail server is not reached"},
                {core::ExitCode::config, "mail.host or mail.to is not set"}},
      .examples = {{"retention report", "read it now"},
                   {"retention report --over month --html >month.html", "the last month's"},
                   {"retention report --mail --if-due", "as the timer does, hourly"}},
      .run = show_report};
}

}  // namespace trunkline::commands
