// SPDX-License-Identifier: MIT

// The reports of the day, the week and the month as the timer mails them, against a real mail
// server: each once when it is due, kept for the next hour while the server is busy.

#include <algorithm>

#include "scenario/tools_site.h"
#include "support/receiver.h"

namespace trunkline::test {
namespace {

struct ReportingSite {
  Receiver mail{"mail"};
  Site site;

  ReportingSite() {
    site.json("trunkline", {"init", "--tenant", "acme", "--domain", "acme.example"});
    set("mail.host", "127.0.0.1");
    set("mail.port", std::to_string(mail.port().value()));
    set("mail.tls", "none");
    set("mail.from", "pbx@acme.example");
    to("ann@acme.example");
    // As if each had been mailed long ago: what day it is must not matter here.
    auto connection = site.database().open();
    connection.run_script(
        "INSERT INTO trunkline.watch_mark (name, at) SELECT name, now() - interval '70 days'"
        "  FROM unnest(ARRAY['daily report', 'weekly report', 'monthly report']) AS name");
  }
  void to(const std::string& address) const { set("mail.to", address); }
  void set(const std::string& key, const std::string& value) const {
    REQUIRE(site.run("trunkline", {"config", "set", key, value}).exit.is_success());
  }
  os::Output pipeline() const {
    return run_pipeline(site, "report", {},
                        {{"PATH", std::string(TRUNKLINE_BIN_DIR) + ":/usr/bin:/bin"}});
  }
  std::vector<std::string> subjects() const {
    std::vector<std::string> subjects;
    for (const core::Json& each : mail.taken()) {
      const std::string message = each.at("message");
      const auto begin = message.find("Subject: ") + 9;
      subjects.push_back(message.substr(begin, message.find("\r\n", begin) - begin));
    }
    return subjects;
  }
};

TEST_CASE("the reports of day, week and month are mailed once each", "[scenario]") {
  const ReportingSite reporting;
  os::Output run = reporting.pipeline();
  INFO(run.output << run.errors);
  CHECK(run.exit.is_success());
  const std::vector<std::string> subjects = reporting.subjects();
  REQUIRE(subjects.size() == 3);
  CHECK(subjects[0].starts_with("Storage report of "));
  CHECK(subjects[1].starts_with("Week of "));
  CHECK(subjects[2].starts_with("Month of "));
  const std::string message = reporting.mail.taken()[2].at("message");
  CHECK(message.find("Content-Type: text/html") != std::string::npos);
  CHECK(message.find("Auto-Submitted: auto-generated") != std::string::npos);

  // None is due once more.
  run = reporting.pipeline();
  CHECK(run.exit.is_success());
  CHECK(reporting.subjects().size() == 3);

  const auto month = reporting.site.json("retention", {"report", "--over", "month"});
  REQUIRE(month.size() == 1);
  CHECK(month[0].at("period") == "month");
  CHECK(month[0].at("text").get<std::string>().find("Restore tests\n") != std::string::npos);
  CHECK(reporting.site.refusal("retention", {"report", "--over", "year"}).find("year") !=
        std::string::npos);
}

TEST_CASE("a report that a busy mail server did not take goes out an hour later", "[scenario]") {
  const ReportingSite reporting;
  reporting.to("later@acme.example");
  const os::Output busy = reporting.pipeline();
  INFO(busy.output << busy.errors);
  CHECK(busy.exit.code == 75);
  CHECK(reporting.subjects().empty());
  reporting.to("ann@acme.example");
  CHECK(reporting.pipeline().exit.is_success());
  CHECK(reporting.subjects().size() == 3);

  // Nobody to tell is an error of the configuration, whatever else went well.
  const ReportingSite silent;
  silent.to("");
  CHECK(silent.pipeline().exit.code == 78);
}

}  // namespace
}  // namespace trunkline::test
