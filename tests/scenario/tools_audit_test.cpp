// SPDX-License-Identifier: MIT

// The audit log is append-only and chained: whatever somebody with every right in the database does
// to it is found, by the chain or by an anchor that was kept elsewhere.

#include <catch2/catch.hpp>
#include <fstream>

#include "scenario/tools_site.h"

namespace trunkline::test {
namespace {

/// A site with some lines in its log, an anchor of its middle and one of its end.
struct AuditedSite {
  Site site;
  std::string anchors = site.path("anchors").string();
  std::int64_t last = 0;

  AuditedSite() {
    site.json("trunkline", {"init", "--tenant", "acme", "--domain", "pbx.acme.example"});
    anchor();
    for (const std::string name : {"ann", "ben", "cai"})
      REQUIRE(site.run("trunkline", {"user", "add", name, "--role", "agent", "--new-password"}).exit.is_success());
    anchor();
    last = core::number_at(site.json("trunkline", {"audit", "list", "--limit", "1"}).at(0), "seq");
  }
  void anchor() {
    const auto line = site.run("trunkline", {"audit", "anchor"});
    REQUIRE(line.exit.is_success());
    // Among the headers of a mail.
    std::ofstream(anchors, std::ios::app) << "Subject: anchor\n\n" << line.output;
  }
  core::Json verify(int status, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"audit", "verify"});
    return site.json("trunkline", more, status).at(0);
  }
  /// As the owner of everything, past the trigger.
  void tamper(const std::string& sql) const {
    auto connection = site.database().open_as_superuser();
    connection.run_script("ALTER TABLE trunkline.audit_log DISABLE TRIGGER USER; " + sql +
                          "; ALTER TABLE trunkline.audit_log ENABLE TRIGGER USER");
  }
};

TEST_CASE("the audit log is whole, listed and exported", "[scenario]") {
  const AuditedSite audited;
  const auto proof = audited.verify(0, {"--anchors", audited.anchors});
  CHECK(proof.at("is_intact") == true);
  CHECK(core::number_at(proof, "rows") == audited.last);
  CHECK(core::number_at(proof, "anchors") == 2);

  const auto listed = audited.site.json(
      "trunkline", {"audit", "list", "--event", "person.", "--limit", "2", "--since", "today"});
  REQUIRE(listed.size() == 2);
  CHECK(core::number_at(listed[0], "seq") > core::number_at(listed[1], "seq"));
  CHECK(core::text_at(listed[0], "who").starts_with("uid:"));

  // An export is proved without the database, whole and in part.
  const std::string file = audited.site.path("audit.jsonl").string();
  const auto exported = audited.site.json("trunkline", {"audit", "export"});
  CHECK(static_cast<std::int64_t>(exported.size()) == audited.last);
  const auto write_from = [&](std::size_t first) {
    std::ofstream lines(file);
    for (std::size_t i = first; i < exported.size(); ++i)
      lines << core::to_line(exported[i]) << '\n';
  };
  write_from(0);
  CHECK(audited.verify(0, {"--file", file, "--anchors", audited.anchors}).at("is_intact") == true);
  write_from(2);
  CHECK(audited.verify(0, {"--file", file}).at("is_intact") == true);
  std::ofstream(file, std::ios::app) << core::to_line(exported[0]) << '\n';
  CHECK(audited.verify(1, {"--file", file}).at("is_intact") == false);
}

TEST_CASE("nobody changes the audit log through the roles of the tools", "[scenario]") {
  const AuditedSite audited;
  for (const std::string role : {"trunkline_operator", "trunkline_owner"}) {
    for (const std::string sql :
         {"UPDATE trunkline.audit_log SET who = 'x'", "DELETE FROM trunkline.audit_log",
          "TRUNCATE trunkline.audit_log"}) {
      INFO(role << ": " << sql);
      auto connection = audited.site.database().open(role);
      CHECK_THROWS_AS(connection.run_script(sql), core::Error);
    }
  }
  // The tools' own lines are of their kinds only.
  auto connection = audited.site.database().open();
  CHECK_THROWS_AS(
      connection.run_script("SELECT trunkline.audit_note('recording.accessed', '', '{}')"),
      core::Error);
  CHECK(audited.verify(0).at("is_intact") == true);
}

TEST_CASE("every change of the audit log is found", "[scenario]") {
  const AuditedSite audited;
  const std::string third = std::to_string(audited.last - 1);
  SECTION("a line was changed") {
    audited.tamper("UPDATE trunkline.audit_log SET who = 'somebody' WHERE seq = " + third);
    const auto proof = audited.verify(1);
    CHECK(core::number_at(proof, "first_broken") == audited.last - 1);
    CHECK(core::text_at(proof, "message") == "line " + third + " was changed");
  }
  SECTION("a line was taken out") {
    audited.tamper("DELETE FROM trunkline.audit_log WHERE seq = " + third);
    CHECK(core::text_at(audited.verify(1), "message") == "line " + third + " is missing");
  }
  SECTION("its end was cut off") {
    audited.tamper("DELETE FROM trunkline.audit_log WHERE seq = " + std::to_string(audited.last));
    CHECK(core::text_at(audited.verify(1), "message") ==
          "the log does not end as its head says (line " + std::to_string(audited.last) + ")");
  }
  SECTION("its end was cut off and the head set back: the anchor knows") {
    audited.tamper("DELETE FROM trunkline.audit_log WHERE seq = " + std::to_string(audited.last) +
                   "; UPDATE trunkline.audit_head SET seq = " + third +
                   ", hash = (SELECT hash FROM trunkline.audit_log WHERE seq = " + third + ")");
    CHECK(audited.verify(0).at("is_intact") == true);
    const auto proof = audited.verify(1, {"--anchors", audited.anchors});
    CHECK(proof.at("failed_anchors") == core::Json::array({audited.last}));
  }
  SECTION("it was written anew as a whole: the anchors know") {
    audited.tamper(
        "CREATE TEMP TABLE old AS SELECT * FROM trunkline.audit_log ORDER BY seq;"
        "DELETE FROM trunkline.audit_log;"
        "UPDATE trunkline.audit_head SET seq = 0, hash = sha256('trunkline audit 1');"
        "SELECT trunkline.audit_append(at, tenant_id, 'nobody', event, object, why, origin, detail)"
        "  FROM (SELECT * FROM old ORDER BY seq) o; DROP TABLE old");
    CHECK(audited.verify(0).at("is_intact") == true);
    const auto proof = audited.verify(1, {"--anchors", audited.anchors});
    CHECK(proof.at("failed_anchors").size() == 2);
    CHECK(core::text_at(proof, "message").ends_with("is not what its anchor says"));
  }
}

}  // namespace
}  // namespace trunkline::test
