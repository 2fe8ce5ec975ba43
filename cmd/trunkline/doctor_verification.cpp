// SPDX-License-Identifier: MIT

// When somebody last opened every recording, and what came of it (retention verify).

#include <fmt/format.h>

#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

constexpr const char* kVerifyMend =
    "retention verify, or: systemctl enable --now trunkline-verify.timer";

Findings look_at_last(const db::Row& row) {
  const auto findings = row.get<std::int64_t>("findings");
  const std::string at = row.get<std::string>("at").substr(0, 10);
  if (row.get<std::string>("outcome") == "bad")
    return {{Severity::problem, "verification",
             fmt::format("that of {} found recordings that are damaged or lost: {} findings", at,
                         findings),
             "mend them, then: retention verify"}};
  if (findings > 0)
    return {{Severity::warning, "verification",
             fmt::format("that of {} has {} remarks", at, findings), "retention verify"}};
  return {};
}

}  // namespace

Findings check_verification(const config::Config& config) {
  // Only whole runs count as good; the latest run of any kind is looked at for what it found.
  static constexpr db::Statement kLast{
      "SELECT v.outcome, v.finished_at::text AS at,"
      "       (SELECT count(*) FROM trunkline.verify_finding f WHERE f.run = v.run) AS findings"
      "  FROM trunkline.verify_run v WHERE v.outcome IN ('good', 'remarks', 'bad')"
      " ORDER BY v.finished_at DESC LIMIT 1"};
  static constexpr db::Statement kGood{
      "SELECT max(v.finished_at)::text AS good,"
      "       coalesce(max(v.finished_at) > now() - make_interval(secs => $1), false) AS is_recent,"
      "       EXISTS (SELECT FROM trunkline.recording r WHERE r.status = 'complete'"
      "                AND r.started_at < now() - make_interval(secs => $1)) AS is_due"
      "  FROM trunkline.verify_run v"
      " WHERE v.outcome IN ('good', 'remarks') AND v.per_thousand = 1000"};
  try {
    auto connection = open_to_look(config);
    Findings findings;
    const db::Rows last = connection.query(kLast);
    if (!last.empty()) findings = look_at_last(last[0]);
    const auto within =
        std::chrono::duration_cast<core::Seconds>(config.duration("retention.verify_within"));
    const db::Rows rows = connection.query(kGood, {within.count()});
    const db::Row row = rows.only();
    const auto good = row.get<std::optional<std::string>>("good");
    if (row.get<bool>("is_recent") && findings.empty())
      return {{Severity::well,
               "verification",
               fmt::format("all recordings were opened at {}", good->substr(0, 16)),
               {}}};
    if (!row.get<bool>("is_recent") && row.get<bool>("is_due"))
      findings.push_back(
          {Severity::warning, "verification",
           good ? fmt::format("nobody opened all recordings since {}", good->substr(0, 10))
                : std::string("nobody ever opened all recordings to see whether they are whole"),
           kVerifyMend});
    return findings;
  } catch (const core::Error&) {
    return {};  // what is wrong with the database is another check's
  }
}

}  // namespace trunkline::commands
