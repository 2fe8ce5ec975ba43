// SPDX-License-Identifier: MIT

// Alerts that units and timers raise by the pipelines: a unit that failed, the doctor, the watch
// and the quota.

#include "scenario/alerting_site.h"
#include "support/ledger_rows.h"

namespace trunkline::test {
namespace {

TEST_CASE("a unit that failed is told with what systemd knows of it", "[scenario]") {
  const AlertSite alerts;
  alerts.set("alert.gotify", "http://" + alerts.web.address() + "/gotify");
  // The service's command is the pipeline with the failed unit's name, without its suffix.
  const std::string service =
      text_of(std::string(TRUNKLINE_SOURCE_DIR) + "/systemd/trunkline-alert@.service");
  CHECK(service.find("\nExecStart=/usr/share/trunkline/pipelines/alert %i\n") != std::string::npos);

  // systemd's tools, as they answer of that unit and of no other.
  const std::filesystem::path tools = alerts.site.path("tools");
  std::filesystem::create_directories(tools);
  const auto write_tool = [&](const std::string& name, const std::string& text) {
    std::ofstream(tools / name) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(tools / name, std::filesystem::perms(0755));
  };
  write_tool("systemctl",
             "case \"$*\" in 'show --property='*' -- trunkline-backup.service')"
             " printf 'Result=exit-code\\nExecMainStatus=74\\n' ;; *) exit 1 ;; esac\n");
  write_tool("journalctl",
             "case \"$*\" in '--unit=trunkline-backup.service '*)"
             " printf '03:11 backup[7]: cannot write \\033[31m/mnt\\tx\\n'"
             " ; printf '03:11 systemd[1]: caf\\351, na\\303\\257ve\\n' ;; *) exit 1 ;; esac\n");
  // What the service passes on: a secret that is there, and an empty one for each that is not.
  const std::filesystem::path credentials = alerts.site.path("credentials");
  std::filesystem::create_directories(credentials);
  std::ofstream(credentials / "gotify-token") << "by-systemd\n";
  for (const char* absent : {"mail-password", "webhook-secret"})
    std::ofstream(credentials / absent) << "\n";
  const auto failed = [&](const Words& words, const std::string& path) {
    return run_pipeline(alerts.site, "alert", words,
                        {{"PATH", path}, {"CREDENTIALS_DIRECTORY", credentials.string()}});
  };
  const std::string whole =
      tools.string() + ":" + std::string(TRUNKLINE_BIN_DIR) + ":/usr/bin:/bin";
  os::Output run = failed({"trunkline-backup"}, whole);
  INFO(run.output << run.errors);
  CHECK(run.exit.code == 0);
  auto mails = alerts.new_mails();
  REQUIRE(mails.size() == 1);
  CHECK(core::text_at(mails[0], "subject") ==
        "CRITICAL: trunkline-backup.service failed (" + os::host_name() + ")");
  CHECK(core::text_at(mails[0], "plain") ==
        "Result=exit-code\nExecMainStatus=74\n\n"
        "03:11 backup[7]: cannot write \\x1b[31m/mnt\tx\n"
        "03:11 systemd[1]: caf\\xe9, na\xc3\xafve\n\n"
        "More: systemctl status trunkline-backup.service; journalctl -u "
        "trunkline-backup.service\n");
  const auto requests = alerts.new_requests();
  REQUIRE(requests.size() == 1);
  CHECK(core::text_at(requests[0].at("headers"), "X-Gotify-Key") == "by-systemd");
  const auto listed = alerts.listed();
  REQUIRE(listed.size() == 1);
  CHECK(core::text_at(listed[0], "key") == "unit trunkline-backup.service");
  CHECK(core::number_at(listed[0], "delivered") == 2);
  // An incident: nothing stays open, and the same unit is told once a day.
  CHECK(alerts.open().empty());
  CHECK(failed({"trunkline-backup.service"}, whole).exit.code == 0);
  CHECK(alerts.told_by_mail().empty());
  alerts.let_pass("24 hours 1 minute");
  CHECK(failed({"trunkline-backup"}, whole).exit.code == 0);
  CHECK(alerts.told_by_mail().size() == 1);

  // An instance, whose name may have dots; of it systemd says nothing here.
  CHECK(failed({"bridge@pbx.example"}, whole).exit.code == 0);
  // And a host without systemd.
  const std::filesystem::path bare = alerts.site.path("bare");
  std::filesystem::create_directories(bare);
  std::filesystem::create_symlink("/usr/bin/dirname", bare / "dirname");
  std::filesystem::create_symlink(std::string(TRUNKLINE_BIN_DIR) + "/trunkline",
                                  bare / "trunkline");
  run = failed({"sipd"}, bare.string());
  INFO(run.output << run.errors);
  CHECK(run.exit.code == 0);
  CHECK(run.errors.empty());
  mails = alerts.new_mails();
  REQUIRE(mails.size() == 2);
  CHECK(core::text_at(mails[0], "subject").starts_with("CRITICAL: bridge@pbx.example.service "));
  CHECK(core::text_at(mails[1], "subject").starts_with("CRITICAL: sipd.service failed "));
  CHECK(core::text_at(mails[1], "plain") ==
        "\n\nMore: systemctl status sipd.service; journalctl -u sipd.service\n");

  const os::Output nothing = core::value_or_throw(os::run_command(
      {.arguments = {std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/alert"}}, core::Seconds(60)));
  CHECK(nothing.exit.code == 64);
  CHECK(nothing.errors == "alert: which unit failed?\nhint: alert UNIT\n");
  // Nobody to tell is an error of the configuration.
  alerts.set("alert.gotify", "");
  alerts.set("mail.to", "");
  CHECK(failed({"recorderd"}, whole).exit.code == 78);
}

TEST_CASE("what the doctor, the watch and the quota find is told once, and when it ends",
          "[scenario]") {
  const AlertSite alerts;
  const std::vector<std::pair<std::string, std::string>> path{
      {"PATH", std::string(TRUNKLINE_BIN_DIR) + ":/usr/bin:/bin"}};
  // Neither daemon runs here, which the doctor sees.
  os::Output run = run_pipeline(alerts.site, "doctor", {}, path);
  INFO(run.output << run.errors);
  CHECK(run.exit.code == 0);
  const Lines found = alerts.told_by_mail();
  CHECK(std::any_of(found.begin(), found.end(), [](const std::string& line) {
    return line.starts_with("ops@acme.example CRITICAL: sipd: ");
  }));
  CHECK(alerts.open().size() == found.size());
  CHECK(run_pipeline(alerts.site, "doctor", {}, path).exit.code == 0);
  CHECK(alerts.told_by_mail().empty());
  const std::string warning =
      R"({"schema":"finding.v1","severity":"warning","about":"clock","message":"it is slow",)"
      R"("mend":"chronyc makestep"})";
  const std::string count = std::to_string(found.size());
  CHECK(alerts.sent({"alert", "take"}, warning + "\n\n") ==
        "told " + count + ", delivered " + count + ", exit 0");
  CHECK(alerts.open().empty());
  for (const std::string& line : alerts.told_by_mail()) CHECK(line.ends_with(" is well again"));
  CHECK(alerts.sent({"alert", "take", "--warnings"}, warning) == "told 1, delivered 1, exit 0");
  const auto told = alerts.new_mails();
  REQUIRE(told.size() == 1);
  CHECK(core::text_at(told[0], "subject").starts_with("WARNING: clock: it is slow ("));
  CHECK(core::text_at(told[0], "plain") == "it is slow\n  mend: chronyc makestep\n");

  LedgerRows rows(alerts.site.database());
  const auto tenant = core::TenantId::make(core::from_microseconds(1));
  const auto record = [&](const std::string& status, std::int64_t bytes) {
    const core::Time now = core::system_clock().wall();
    const auto call = core::CallRef::make(now);
    const std::string id = core::RecordingId::make(now).text();
    core::Json body{{"schema", "recording.v1"},
                    {"recording", id},
                    {"call", call.text()},
                    {"status", status},
                    {"started_at", core::to_rfc3339(now)},
                    {"ended_at", core::to_rfc3339(now)}};
    if (status == "complete") {
      body["path"] = "2026/recording_" + id + ".wav.enc";
      body["key_id"] = "k";
      body["duration_ms"] = 5000;
      body["bytes"] = bytes;
    } else {
      body["reason"] = "disk full";
    }
    rows.add(status == "complete" ? "recording.finished" : "recording.failed", tenant, call, body);
    return id;
  };
  const std::string lost = record("failed", 0);
  CHECK(alerts.sent({"alert", "watch"}) == "told 1, delivered 1, exit 0");
  const auto mails = alerts.new_mails();
  REQUIRE(mails.size() == 1);
  CHECK(core::text_at(mails[0], "plain").find("recording " + lost + " of call ") == 0);
  CHECK(core::text_at(mails[0], "plain").find(": failed, disk full\n") != std::string::npos);
  // It is looked at again, for what came in late, and held back.
  CHECK(alerts.sent({"alert", "watch"}) == "held_back 1, exit 0");
  for (int i = 0; i < 6; ++i) (void)record("failed", 0);
  CHECK(alerts.sent({"alert", "watch"}) == "told 1, delivered 1, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ops@acme.example CRITICAL: 7 recordings are not complete"});

  (void)record("complete", 930'000);
  const auto check = [&](const std::string& quota) {
    const os::Output output =
        alerts.site.run("retention", {"check", "--json", "--set", "retention.quota=" + quota});
    INFO(output.errors);
    REQUIRE(output.exit.is_success());
    const core::Json json = core::parse_json(output.output).value();
    return core::text_at(json, "level") + ", " + core::text_at(json, "alert");
  };
  CHECK(check("1100kB") == "warning, told");
  CHECK(check("1100kB") == "warning, held back");
  CHECK(check("1MB") == "critical, told");
  CHECK(check("100MB") == "normal, told");
  CHECK(check("100MB") == "normal, held back");
  const auto quota = alerts.new_mails();
  REQUIRE(quota.size() == 3);
  CHECK(core::text_at(quota[0], "subject").starts_with("WARNING: "));
  CHECK(core::text_at(quota[1], "subject").starts_with("CRITICAL: "));
  CHECK(core::text_at(quota[1], "html").find("<h1 class=\"critical\">") != std::string::npos);
  CHECK(core::text_at(quota[1], "plain").find("93 %") != std::string::npos);
  CHECK(core::text_at(quota[2], "subject").starts_with("OK: "));
}

}  // namespace
}  // namespace trunkline::test
