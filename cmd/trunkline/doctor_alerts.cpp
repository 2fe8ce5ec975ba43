// SPDX-License-Identifier: MIT
// Whether anybody is told when something is wrong.

#include <fmt/format.h>

#include "alert/desk.h"
#include "db/tool.h"
#include "http/mailer.h"
#include "os/credential.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

constexpr core::Microseconds kWeek = std::chrono::hours(24 * 7);
constexpr core::Microseconds kOverdue = std::chrono::minutes(15);

struct Spool {
  std::int64_t given_up = 0;
  std::int64_t overdue = 0;
};

Spool look_at_spool(db::Connection& connection, core::Time now) {
  static constexpr db::Statement kSpool{
      "SELECT count(*) FILTER (WHERE given_up_at >= $1) AS given_up,"
      "       count(*) FILTER (WHERE given_up_at IS NULL AND delivered_at IS NULL"
      "                          AND next_try_at < $2) AS overdue"
      "  FROM trunkline.alert_delivery"};
  const db::Rows rows = connection.query(kSpool, {now - kWeek, now - kOverdue});
  return {rows.only().get<std::int64_t>("given_up"), rows.only().get<std::int64_t>("overdue")};
}

}  // namespace

Findings check_alerts(const config::Config& config) {
  const auto targets = alert::configured_targets(config);
  if (targets.empty())
    return {{Severity::warning, "alerts",
             "nobody is told when something is wrong: no channel is configured",
             http::missing_mail_settings(config)}};
  if (is_ours_to_read(os::credential_path(config.text("mail.password_file"))))
    if (const auto server = http::mail_server(config); !server)
      return {{Severity::problem, "alerts", server.error().message,
               server.error().hint.empty() ? "trunkline alert test" : server.error().hint}};
  Spool spool;
  try {
    db::Connection connection = db::open_to_read(config, "trunkline doctor");
    spool = look_at_spool(connection, core::system_clock().wall());
  } catch (const core::Error&) {
    return {};  // what is wrong with the database is another check's
  }
  Findings findings;
  if (spool.overdue > 0)
    findings.push_back({Severity::problem, "alerts",
                        fmt::format("{} deliveries wait, and nothing delivers them", spool.overdue),
                        "systemctl enable --now trunkline-watch.timer"});
  if (spool.given_up > 0)
    findings.push_back({Severity::warning, "alerts",
                        fmt::format("deliveries given up this week: {}", spool.given_up),
                        "trunkline alert list, then trunkline alert test"});
  if (findings.empty())
    findings.push_back(
        {Severity::well, "alerts", fmt::format("go to {} addresses", targets.size()), {}});
  return findings;
}

}  // namespace trunkline::commands
