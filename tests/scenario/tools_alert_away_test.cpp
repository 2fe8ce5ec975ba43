// SPDX-License-Identifier: MIT

// Alerts while a mail server or the database is away: kept, tried again, told once.

#include "scenario/alerting_site.h"
#include "support/postgres_cluster.h"

namespace trunkline::test {
namespace {

TEST_CASE("what a mail server does not take is kept, tried three times, then given up",
          "[scenario]") {
  AlertSite alerts;
  const auto state = [&](std::size_t at) {
    const auto all = alerts.listed();
    std::string text;
    for (const char* key : {"delivered", "waiting", "given_up"})
      if (const auto count = core::number_at(all.at(at), key); count > 0)
        text += std::string(key) + " " + std::to_string(count) + " ";
    return text + core::text_at(all.at(at), "error");
  };
  const std::string address = alerts.mail.address();
  const std::string refused =
      "cannot mail ops@acme.example by " + address + ": failed to connect to 127.0.0.1 port ";
  alerts.mail.stop();
  CHECK(alerts.send("disk", "critical") == "told 1, waiting 1, exit 0");
  CHECK(alerts.errors.find(refused) != std::string::npos);
  CHECK(alerts.errors.find(": tried again later") != std::string::npos);
  CHECK(state(0).starts_with("waiting 1 " + refused));
  // Not before its time.
  CHECK(alerts.sent({"alert", "flush"}) == "exit 0");
  alerts.let_pass("19 minutes");
  CHECK(alerts.sent({"alert", "watch"}) == "exit 0");
  alerts.let_pass("2 minutes");
  CHECK(alerts.sent({"alert", "watch"}) == "waiting 1, exit 0");

  const Receiver back("mail", {"--port", std::to_string(alerts.mail.port().value())});
  alerts.let_pass("38 minutes");
  CHECK(alerts.sent({"alert", "watch"}) == "exit 0");
  alerts.let_pass("3 minutes");
  CHECK(alerts.sent({"alert", "watch"}) == "delivered 1, exit 0");
  CHECK(state(0) == "delivered 1 ");
  REQUIRE(back.taken().size() == 1);
  CHECK(back.taken()[0].at("message").get<std::string>().find(
            "Subject: CRITICAL: disk is critical") != std::string::npos);
  CHECK(alerts.sent({"alert", "flush"}) == "exit 0");
  CHECK(back.taken().size() == 1);

  // One of three is stale, one is busy; neither keeps it from the third.
  alerts.set("mail.to", "refused@acme.example,later@acme.example,ann@acme.example");
  CHECK(alerts.send("raid", "warning") == "told 1, delivered 1, waiting 1, given_up 1, exit 3");
  CHECK(alerts.errors.find("550 5.1.1 no such user here: given up") != std::string::npos);
  CHECK(alerts.errors.find("450 4.2.1 try again later: tried again later") != std::string::npos);
  alerts.let_pass("21 minutes");
  CHECK(alerts.sent({"alert", "flush"}) == "waiting 1, exit 0");
  alerts.let_pass("41 minutes");
  CHECK(alerts.sent({"alert", "flush"}) == "given_up 1, exit 69");
  CHECK(alerts.errors.find("450 4.2.1 try again later: given up") != std::string::npos);
  alerts.let_pass("10 hours");
  CHECK(alerts.sent({"alert", "flush"}) == "exit 0");
  CHECK(state(0).starts_with("delivered 1 given_up 2 cannot mail "));
  CHECK(back.taken().size() == 2);

  const os::Output doctor = alerts.site.run("trunkline", {"doctor", "--json"});
  CHECK(doctor.output.find("deliveries given up this week: 2") != std::string::npos);
  // A refusal of everybody is told by the exit code, too.
  alerts.set("mail.to", "refused@acme.example");
  CHECK(alerts.send("fan", "warning") == "told 1, given_up 1, exit 69");
}

TEST_CASE("what is told while the database is stopped is told once, and so is its end",
          "[scenario]") {
  PostgresCluster cluster;
  const Words there{"--set", "db.url=" + cluster.conninfo("alerts")};
  const AlertSite alerts;
  const auto with = [&](Words words) {
    words.insert(words.end(), there.begin(), there.end());
    return words;
  };
  const Words watch = with({"alert", "watch"});
  const auto finding = [](const std::string& about, const std::string& severity) {
    return core::to_line({{"schema", "finding.v1"},
                          {"severity", severity},
                          {"about", about},
                          {"message", about + " is broken"}}) +
           "\n";
  };
  REQUIRE(alerts.site
              .run("trunkline", with({"init", "--tenant", "acme", "--domain", "acme.example",
                                      "--admin", "ann", "--admin-url", cluster.conninfo()}))
              .exit.is_success());
  REQUIRE(alerts.site
              .run("trunkline", with({"user", "set", "ann", "--mail", "ann@acme.example",
                                      "--alerts", "critical"}))
              .exit.is_success());
  CHECK(alerts.sent(watch) == "exit 0");
  CHECK(alerts.told_by_mail().empty());

  cluster.stop();
  CHECK(alerts.sent(watch) == "exit 69");
  CHECK(alerts.errors.find("cannot reach PostgreSQL at " + cluster.socket_directory().string()) !=
        std::string::npos);
  auto mails = alerts.new_mails();
  REQUIRE(mails.size() == 1);
  CHECK(core::text_at(mails[0], "subject") ==
        "CRITICAL: the database is away (" + os::host_name() + ")");
  CHECK(core::text_at(mails[0], "plain").find("Calls go on, and what they leave is kept") !=
        std::string::npos);
  // A minute later, and whatever else is found meanwhile.
  CHECK(alerts.sent(watch) == "exit 69");
  CHECK(alerts.told_by_mail().empty());
  CHECK(alerts.send("raid", "critical", there) == "told 1, delivered 1, exit 0");
  CHECK(alerts.errors.starts_with("warning: without the database: cannot reach PostgreSQL"));
  CHECK(alerts.send("raid", "critical", there) == "held_back 1, exit 0");
  const Words take = with({"alert", "take"});
  CHECK(alerts.sent(take, finding("disk", "problem")) == "told 1, delivered 1, exit 0");
  CHECK(alerts.sent(take, finding("disk", "problem")) == "held_back 1, exit 0");
  CHECK(alerts.sent({"alert", "test"}) == "told 1, delivered 1, exit 0");
  CHECK(alerts.told_by_mail() ==
        Lines{"ops@acme.example CRITICAL: disk: disk is broken",
              "ops@acme.example CRITICAL: raid is critical",
              "ops@acme.example OK: this is a test of trunkline's alerts"});
  CHECK(alerts.sent(with({"alert", "flush"})) == "exit 69");
  CHECK(alerts.sent(with({"alert", "list"})) == "exit 69");
  // What cannot be read holds nothing back; what cannot be written is said.
  std::filesystem::rename(alerts.site.path("alert/away.json"), alerts.site.path("kept"));
  std::ofstream(alerts.site.path("alert/away.json")) << "{\"raid\":";
  CHECK(alerts.send("raid", "critical", there) == "told 1, delivered 1, exit 0");
  std::filesystem::remove_all(alerts.site.path("alert"));
  CHECK(alerts.send("raid", "critical", there) == "told 1, delivered 1, exit 0");
  CHECK(alerts.errors.find("cannot write " + alerts.site.path("alert/away.json").string()) !=
        std::string::npos);
  std::filesystem::create_directories(alerts.site.path("alert"));
  std::filesystem::rename(alerts.site.path("kept"), alerts.site.path("alert/away.json"));
  CHECK(alerts.told_by_mail().size() == 2);

  cluster.start();
  CHECK(alerts.sent(watch) == "told 1, delivered 1, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ops@acme.example OK: the database is back"});
  CHECK(alerts.sent(watch) == "exit 0");
  CHECK(alerts.open(there) == Lines{"critical doctor disk", "critical raid"});
  // It lasts: ann, whom only the database knows, hears of it now.
  CHECK(alerts.send("raid", "critical", there) == "told 1, delivered 2, exit 0");
  CHECK(alerts.send("raid", "critical", there) == "held_back 1, exit 0");
  CHECK(alerts.send("raid", "normal", there) == "told 1, delivered 2, exit 0");
  CHECK(alerts.sent(take, finding("disk", "ok")) == "told 1, delivered 1, exit 0");
  CHECK(alerts.told_by_mail() ==
        Lines{"ann@acme.example CRITICAL: raid is critical", "ann@acme.example OK: raid is normal",
              "ops@acme.example CRITICAL: raid is critical",
              "ops@acme.example OK: disk is well again", "ops@acme.example OK: raid is normal"});
  CHECK(alerts.open(there).empty());

  // The next time is a new beginning, within the day, too.
  cluster.stop();
  CHECK(alerts.sent(watch) == "exit 69");
  CHECK(alerts.send("raid", "critical", there) == "told 1, delivered 1, exit 0");
  CHECK(alerts.told_by_mail() == Lines{"ops@acme.example CRITICAL: raid is critical",
                                       "ops@acme.example CRITICAL: the database is away"});
}

}  // namespace
}  // namespace trunkline::test
