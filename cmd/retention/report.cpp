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

namespace trunkline::commands {
namespace {

constexpr const char* kMark = "daily report";
constexpr core::Seconds kEight = std::chrono::hours(8);

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
                      "trunkline config set mail.host HOST; trunkline config set mail.to ADDRESS");
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

core::ExitCode report_storage(cli::Context& context) {
  const bool is_mailed = context.has("--mail");
  db::Connection connection = is_mailed ? db::open_for_tool(context.config(), "retention report")
                                        : db::open_to_read(context.config(), "retention report");
  connection.set_statement_timeout(core::Milliseconds(120'000));
  const core::Time now = core::system_clock().wall();
  if (context.has("--if-due") && !retention::is_due(now, alert::watch_mark(connection, kMark),
                                                    retention::local_zone, kEight)) {
    context.note("the report is not due yet");
    return core::ExitCode::done;
  }
  usage::DailyFacts facts =
      usage::load_daily_facts(connection, retention::load_rules(connection, default_days(context)),
                              now, quota_of(context.config()));
  facts.host = os::host_name();
  facts.view.public_url = context.config().text("site.public_url");
  const alert::Page page = usage::daily_page(facts, local_time);
  if (is_mailed) {
    const core::ExitCode code = mail(context, page, now);
    // Whoever did not get it is named above; all the others would get it twice.
    if (code == core::ExitCode::done || code == core::ExitCode::partly)
      alert::set_watch_mark(connection, kMark, now);
    return code;
  }
  cli::Output& out = context.out();
  const std::string text = context.has("--html") ? to_html(page) : to_text(page);
  if (out.is_json())
    out.json_line("report.v1", {{"title", page.title},
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
      .summary = "show or mail the daily storage report",
      .description =
          "Usage and forecast, what was erased, holds, failed recordings, open alerts, the last "
          "backup, drill and verification as far as the audit log knows, and the largest "
          "tenants and devices. --mail sends it to all of mail.to, as text and HTML.",
      .options = {{.name = "--mail", .help = "mail it to the administrators"},
                  {.name = "--if-due", .help = "only once a day, from eight o'clock local time on"},
                  {.name = "--html", .help = "the HTML page instead of the text"}},
      .exits = {{core::ExitCode::partly, "some of mail.to did not get it"},
                {core::ExitCode::no_permission, "the mail server refuses it"},
                {core::ExitCode::unavailable, "the mail server is not reached"},
                {core::ExitCode::config, "mail.host or mail.to is not set"}},
      .examples = {{"retention report", "read it now"},
                   {"retention report --mail --if-due", "as the timer does, hourly"}},
      .run = report_storage};
}

}  // namespace trunkline::commands
