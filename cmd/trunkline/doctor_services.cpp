// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "db/connection.h"
#include "db/migrator.h"
#include "trunkline/daemons.h"
#include "trunkline/doctor_checks.h"

namespace trunkline::commands {
namespace {

/// A ledger behind by more than this is worth a word; seconds are usual while the database
/// restarts.
constexpr std::int64_t kLagMs = 60'000;

Findings look_at_ledger(const std::string& daemon, const core::Json& status) {
  const core::Json ledger = member(status, "ledger");
  if (ledger.empty())
    return {{Severity::warning, "ledger", daemon + " ships nothing: ledger.enabled is false",
             "trunkline config set ledger.enabled true"}};
  Findings findings;
  const std::int64_t lag = core::number_at(ledger, "lag_ms");
  if (lag > kLagMs)
    findings.push_back({Severity::warning, "ledger",
                        fmt::format("{} is behind by {} s: {}", daemon, lag / 1000,
                                    core::text_at(ledger, "error")),
                        fmt::format("journalctl -u {}", daemon)});
  const std::int64_t rejected = core::number_at(ledger, "rejected");
  if (rejected > 0)
    findings.push_back({Severity::problem, "ledger",
                        fmt::format("PostgreSQL refused {} entries of {}", rejected, daemon),
                        "psql trunkline -c 'table trunkline.ledger_rejected'"});
  if (findings.empty())
    findings.push_back(
        {Severity::well, "ledger", fmt::format("{} is {} ms behind", daemon, lag), {}});
  return findings;
}

Findings look_at_journal(const std::string& daemon, const core::Json& status) {
  const core::Json journal = member(status, "journal");
  if (core::bool_at(journal, "is_healthy", true))
    return {{Severity::well, "journal", daemon + " writes its journal", {}}};
  return {{Severity::problem, "journal",
           fmt::format("{} cannot write its journal: {}", daemon, core::text_at(journal, "error")),
           "make room on its disk: df -h"}};
}

Findings look_at_daemon(const config::Config& config, const Daemon& daemon, core::Json& status) {
  const auto answer = ask_daemon(config, daemon, "status");
  if (!answer)
    return {{Severity::problem, daemon.name, answer.error().message,
             fmt::format("systemctl start {}", daemon.name)}};
  status = *answer;
  Findings findings{{Severity::well,
                     daemon.name,
                     fmt::format("is up since {} s", core::number_at(status, "uptime_ms") / 1000),
                     {}}};
  for (auto&& more : {look_at_journal(daemon.name, status), look_at_ledger(daemon.name, status)})
    findings.insert(findings.end(), more.begin(), more.end());
  return findings;
}

Findings look_at_migrations(db::Connection& connection) {
  const auto migrations = db::Migrator(db::find_migrations()).status(connection);
  const auto pending = std::count_if(migrations.begin(), migrations.end(),
                                     [](const db::Migration& m) { return !m.applied_at; });
  const auto odd = std::count_if(migrations.begin(), migrations.end(), [](const db::Migration& m) {
    return m.is_changed || m.is_missing;
  });
  if (odd > 0)
    return {{Severity::problem, "migrations",
             fmt::format("{} applied migrations are not those of this version", odd),
             "trunkline migrate --status"}};
  if (pending > 0)
    return {{Severity::problem, "migrations", fmt::format("{} are not applied", pending),
             "trunkline migrate"}};
  return {{Severity::well, "migrations", fmt::format("{} applied", migrations.size()), {}}};
}

}  // namespace

db::Connection open_to_look(const config::Config& config) {
  return db::Connection::open({.url = config.text("db.url"),
                               .application = "trunkline doctor",
                               .role = "trunkline_operator",
                               .connect_timeout = kAnswersWithin,
                               .statement_timeout = kAnswersWithin,
                               .is_read_only = true});
}

Findings check_database(const config::Config& config) {
  try {
    db::Options options;
    options.url = config.text("db.url");
    options.application = "trunkline doctor";
    options.role = "trunkline_operator";
    options.connect_timeout = kAnswersWithin;
    options.statement_timeout = kAnswersWithin;
    auto connection = db::Connection::open(options);
    Findings findings = look_at_migrations(connection);
    findings.insert(findings.begin(), {Severity::well, "database", connection.address(), {}});
    return findings;
  } catch (const core::Error& error) {
    return {{Severity::problem, "database",
             fmt::format("{}: calls go on, records wait in the daemons' journals",
                         error.fault().message),
             error.fault().hint}};
  }
}

Findings check_sipd(const config::Config& config) {
  core::Json status;
  return look_at_daemon(config, kDaemons[0], status);
}

Findings check_recorderd(const config::Config& config) {
  core::Json status;
  Findings findings = look_at_daemon(config, kDaemons[1], status);
  const core::Json keys = member(status, "keys");
  const std::string fault = core::text_at(keys, "error");
  if (!fault.empty())
    findings.push_back({Severity::problem, "key ring", "recorderd records nothing: " + fault,
                        "trunkline init; then: systemctl reload recorderd"});
  return findings;
}

}  // namespace trunkline::commands
