// SPDX-License-Identifier: MIT

// The audit log is append-only and chained: whatever somebody with every right in the database does
// to it is found, by the chain or by an anchor that was kept elsewhere.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>

#include "os/fd.h"
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
      REQUIRE(site.run("trunkline", {"user", "add", name, "--role", "agent", "--new-password"})
                  .exit.is_success());
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

/// A mail server for one mail, which it keeps as it came over the wire.
class MailServer {
 public:
  MailServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_.get(), any, size) == 0);
    REQUIRE(::listen(listener_.get(), 1) == 0);
    REQUIRE(::getsockname(listener_.get(), any, &size) == 0);
    port_ = ntohs(address.sin_port);
    received_ = std::async(std::launch::async, [this] { return serve(); });
  }
  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  /// All that the client said; waits until it has hung up.
  std::string received() { return received_.get(); }

 private:
  static bool is_readable(const os::Fd& socket) {
    pollfd waiting{socket.get(), POLLIN, 0};
    return ::poll(&waiting, 1, 30'000) == 1;
  }
  static void say(const os::Fd& client, const std::string& line) {
    (void)::send(client.get(), line.data(), line.size(), MSG_NOSIGNAL);
  }
  std::string serve() const {
    std::string all;
    if (!is_readable(listener_)) return all;
    const os::Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    say(client, "220 mail.example ESMTP\r\n");
    std::array<char, 4096> chunk{};
    std::size_t answered = 0;
    bool is_in_mail = false;
    while (is_readable(client)) {
      const ssize_t count = ::recv(client.get(), chunk.data(), chunk.size(), 0);
      if (count <= 0) break;
      all.append(chunk.data(), static_cast<std::size_t>(count));
      for (auto end = all.find("\r\n", answered); end != std::string::npos;
           end = all.find("\r\n", answered)) {
        const std::string line = all.substr(answered, end - answered);
        answered = end + 2;
        if (is_in_mail && line != ".") continue;
        is_in_mail = line == "DATA";
        say(client, is_in_mail ? "354 go on\r\n" : line == "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    }
    return all;
  }

  os::Fd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  std::future<std::string> received_;
};

os::Output mail_anchor(const Site& site, const std::string& to, const std::string& server = {}) {
  Words command = site.command("", {});
  command[0] = std::string(TRUNKLINE_SOURCE_DIR) + "/pipelines/audit-anchor";
  return core::value_or_throw(os::run_command({.arguments = command,
                                               .environment = {{"ANCHOR_TO", to},
                                                               {"ANCHOR_FROM", "pbx@near.example"},
                                                               {"ANCHOR_SERVER", server}}},
                                              core::Seconds(60)));
}

TEST_CASE("the pipeline mails an anchor that verify takes", "[scenario]") {
  const AuditedSite audited;
  MailServer server;
  const auto sent = mail_anchor(audited.site, "keeper@far.example", server.url());
  INFO(sent.errors);
  CHECK(sent.exit.is_success());
  CHECK(sent.output.empty());
  const std::string mail = server.received();
  INFO(mail);
  CHECK(mail.find("MAIL FROM:<pbx@near.example>") != std::string::npos);
  CHECK(mail.find("RCPT TO:<keeper@far.example>\r\n") != std::string::npos);
  CHECK(mail.find("\r\nSubject: trunkline: anchor of the audit log of ") != std::string::npos);

  const std::string kept = audited.site.path("mail").string();
  std::ofstream(kept) << mail;
  const auto proof = audited.verify(0, {"--anchors", kept});
  CHECK(core::number_at(proof, "anchors") == 1);
  audited.tamper("UPDATE trunkline.audit_head SET hash = sha256('other')");
  CHECK(audited.verify(1, {"--anchors", kept}).at("is_intact") == false);
}

TEST_CASE("an anchor that cannot be mailed is told", "[scenario]") {
  const Site site;
  const auto nobody = mail_anchor(site, {});
  CHECK(nobody.exit.text() == "exit code 78");
  CHECK(nobody.errors.starts_with("audit-anchor: nobody to mail the anchor to\nhint: "));
  // There is no database yet: nothing is mailed, and the pipeline ends as the verb does.
  const auto without = mail_anchor(site, "keeper@far.example");
  CHECK_FALSE(without.exit.is_success());
  CHECK(without.errors.find("trunkline: ") == 0);

  (void)site.json("trunkline", {"init", "--domain", "pbx.example"});
  const auto refused = mail_anchor(site, "keeper@far.example", "smtp://127.0.0.1:1");
  CHECK(refused.exit.text() == "exit code 69");
  CHECK(refused.errors.find("\naudit-anchor: smtp://127.0.0.1:1 did not take the mail to "
                            "keeper@far.example\nhint: ") != std::string::npos);
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
