// SPDX-License-Identifier: MIT
#include "cdrctl/report_mail.h"

#include <fmt/format.h>

#include "http/mailer.h"

namespace trunkline::commands {

core::ExitCode mail_report(cli::Context& context, const cdr::Report& report,
                           const MailedReport& mailed, const std::vector<std::string>& to) {
  auto server = core::value_or_throw(http::mail_server(context.config()));
  if (!server)
    throw core::Error(core::ExitCode::config, "cannot mail the report: no mail server is set",
                      "set one: trunkline config set mail.host localhost");
  const core::Time now = core::system_clock().wall();
  http::Mail mail{.from = core::value_or_throw(http::mail_sender(context.config())),
                  .subject = mailed.heading,
                  .text = mailed.text,
                  .attachments = {{"report.html", "text/html; charset=utf-8", mailed.page},
                                  {"report.csv", "text/csv; charset=utf-8", cdr::csv_of(report)}},
                  .headers = {{"Auto-Submitted", "auto-generated"}},
                  .date = now};
  for (const std::string& one : to)
    mail.to.push_back(core::value_or_throw(http::parse_mail_address(one)));
  mail.message_id = http::make_message_id(mail.from, now);
  http::Mailer mailer(*std::move(server));
  const std::vector<http::Undelivered> undelivered = mailer.send(mail);
  if (!undelivered.empty() && undelivered.size() == mail.to.size())
    throw core::Error(undelivered.front().fault);
  for (const http::Undelivered& one : undelivered)
    context.warn(fmt::format("{} did not get it: {}", one.to.address, one.fault.message),
                 one.fault.hint);
  return undelivered.empty() ? core::ExitCode::done : core::ExitCode::partly;
}

}  // namespace trunkline::commands
