// SPDX-License-Identifier: MIT
// Against real servers of loopback: aiosmtpd, and a web server that answers as Postmark does.

#include "http/mailer.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <functional>

#include "http/shown_fault.h"
#include "support/certificates.h"
#include "support/free_ports.h"
#include "support/receiver.h"

namespace trunkline::http {
namespace {

SmtpServer server_of(const test::Receiver& receiver) {
  return {.host = "127.0.0.1", .port = receiver.port(), .tls = SmtpServer::Tls::none};
}

Mail mail_to(const std::vector<std::string>& addresses) {
  Mail mail{.from = {"trunkline@pbx.example", "trunkline"},
            .subject = "Gr\xc3\xbc\xc3\x9f",
            .text = "..dots\n.\nend",
            .html = "<p>end</p>",
            .date = core::parse_rfc3339("2026-11-30T08:00:00Z").value(),
            .message_id = "<1@pbx.example>"};
  for (const std::string& address : addresses) mail.to.push_back({address});
  return mail;
}

std::string text_of(const core::Json& mail, const std::string& key) {
  return core::text_at(mail, key);
}

/// One way for mail to leave, to a server that treats recipients by their names.
struct Way {
  std::string name;
  std::function<MailServer(const test::Receiver&)> server;
  std::string kind;  ///< of the receiver
};

const std::vector<Way>& ways() {
  static const std::vector<Way> kWays{
      {"smtp", [](const test::Receiver& receiver) { return server_of(receiver); }, "mail"},
      {"postmark",
       [](const test::Receiver& receiver) {
         return PostmarkServer{.url = "http://" + receiver.address() + "/postmark",
                               .token = core::Secret("s3cret")};
       },
       "web"}};
  return kWays;
}

}  // namespace

TEST_CASE("mailer: each way keeps recipients apart, and tells a refusal from a delay", "[http]") {
  for (const Way& way : ways()) {
    CAPTURE(way.name);
    const test::Receiver receiver(way.kind);
    Mailer mailer(way.server(receiver));
    const auto left = mailer.send(mail_to(
        {"refused@example.org", "alice@example.org", "b\r\nob@example.org", "later@example.org"}));
    REQUIRE(left.size() == 3);
    CHECK(left[0].to.address == "refused@example.org");
    CHECK(left[0].fault.code == core::ExitCode::no_permission);
    CHECK_FALSE(is_worth_another_try(left[0].fault));
    CHECK(left[1].to.address == "b\r\nob@example.org");
    CHECK(left[1].fault.code == core::ExitCode::data);
    CHECK_FALSE(is_worth_another_try(left[1].fault));
    CHECK(left[2].to.address == "later@example.org");
    CHECK(left[2].fault.code == core::ExitCode::try_again);
    CHECK(is_worth_another_try(left[2].fault));

    // A blind copy goes to whom it is sent, not to whom it is addressed.
    const Mail mail = mail_to({"refused@example.org"});
    CHECK(mailer.send(mail, {"alice@example.org"}));
    CHECK_FALSE(mailer.send(mail, {"refused@example.org"}));
    Mail forged = mail;
    forged.from.address = "pbx@example.org>\r\nRSET";
    CHECK(mailer.send(forged, {"alice@example.org"}).error().code == core::ExitCode::data);
    CHECK(mailer.send(mail_to({})).empty());

    MailServer slow = way.server(receiver);
    std::visit([](auto& server) { server.timeout = core::Milliseconds(300); }, slow);
    const auto silent = Mailer(std::move(slow)).send(mail, {"slow@example.org"});
    REQUIRE_FALSE(silent);
    CHECK(silent.error().code == core::ExitCode::unavailable);
    CHECK(silent.error().message.starts_with("cannot mail slow@example.org"));
    CHECK(silent.error().message.ends_with(receiver.address() + ": no answer within 300ms"));
  }
}

TEST_CASE("mailer: a mail arrives as it was composed", "[http]") {
  const test::Receiver receiver("mail");
  Mailer mailer(server_of(receiver));
  CHECK(mailer.send(mail_to({"alice@example.org", "bob@example.org"})).empty());
  const auto mails = receiver.taken();
  REQUIRE(mails.size() == 2);
  CHECK(text_of(mails[0], "from") == "trunkline@pbx.example");
  CHECK(mails[0].at("to") == core::Json{"alice@example.org"});
  CHECK(mails[1].at("to") == core::Json{"bob@example.org"});
  const std::string message = text_of(mails[0], "message");
  INFO(message);
  CHECK(message.find("To: alice@example.org,\r\n bob@example.org\r\n") != std::string::npos);
  CHECK(message.find("Subject: =?UTF-8?B?R3LDvMOf?=\r\n") != std::string::npos);
  CHECK(message.find("\r\n..dots\r\n.\r\nend\r\n") != std::string::npos);
}

TEST_CASE("mailer: what the server says decides whether to try again", "[http]") {
  const test::Receiver receiver("mail");
  Mailer mailer(server_of(receiver));
  const auto left =
      mailer.send(mail_to({"refused@example.org", "alice@example.org", "later@example.org"}));
  REQUIRE(left.size() == 2);
  CHECK(shown(left[0].fault) == shown({core::ExitCode::no_permission,
                                       "cannot mail refused@example.org by " + receiver.address() +
                                           ": the server said 550 5.1.1 no such user here",
                                       ""}));
  CHECK_FALSE(is_worth_another_try(left[0].fault));
  CHECK(shown(left[1].fault) == shown({core::ExitCode::try_again,
                                       "cannot mail later@example.org by " + receiver.address() +
                                           ": the server said 450 4.2.1 try again later",
                                       ""}));
  CHECK(is_worth_another_try(left[1].fault));
  CHECK(receiver.taken().size() == 1);
  Mail garbage = mail_to({"alice@example.org"});
  garbage.subject = "GARBAGE";
  const auto refused = mailer.send(garbage, garbage.to[0]);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "cannot mail alice@example.org by " + receiver.address() +
                                       ": the server said 554 5.7.1 we do not want this");
  CHECK_FALSE(is_worth_another_try(refused.error()));
}

TEST_CASE("mailer: a server that is not there or silent is worth another try", "[http]") {
  const core::Port port = test::free_ports();
  Mailer nobody(SmtpServer{.host = "127.0.0.1", .port = port, .tls = SmtpServer::Tls::none});
  const Mail mail = mail_to({"slow@example.org"});
  const auto refused = nobody.send(mail, mail.to[0]);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::ExitCode::unavailable);
  CHECK(is_worth_another_try(refused.error()));

  const test::Receiver receiver("mail");
  SmtpServer slow = server_of(receiver);
  slow.timeout = core::Milliseconds(300);
  const auto silent = Mailer(std::move(slow)).send(mail, mail.to[0]);
  REQUIRE_FALSE(silent);
  CHECK(shown(silent.error()) ==
        shown({core::ExitCode::unavailable,
               "cannot mail slow@example.org by " + receiver.address() + ": no answer within 300ms",
               ""}));
}

TEST_CASE("mailer: TLS is required, verified, and guards the password", "[http]") {
  test::CertificateAuthority authority;
  const auto certificate = authority.leaf("mail");
  const std::vector<std::string> login{"--login", "pbx", "s3cret"};
  std::vector<std::string> flags{"--tls", certificate.certificate, certificate.key};
  flags.insert(flags.end(), login.begin(), login.end());
  const test::Receiver receiver("mail", flags);
  const Mail mail = mail_to({"alice@example.org"});
  SmtpServer server = server_of(receiver);
  server.tls = SmtpServer::Tls::starttls;
  server.authorities = authority.root().certificate;
  server.user = "pbx";
  server.password = core::Secret("s3cret");
  REQUIRE(Mailer(server).send(mail, mail.to[0]));
  const auto mails = receiver.taken();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].at("is_tls") == true);
  CHECK(mails[0].at("is_logged_in") == true);

  SECTION("another password") {
    server.password = core::Secret("wrong");
    const auto refused = Mailer(server).send(mail, mail.to[0]);
    REQUIRE_FALSE(refused);
    INFO(shown(refused.error()));
    CHECK(refused.error().code == core::ExitCode::no_permission);
    CHECK(refused.error().hint == "mail.user and mail.password_file say who logs in");
  }
  SECTION("an authority nobody knows") {
    server.authorities = test::CertificateAuthority().root().certificate;
    test::CertificateAuthority other;
    server.authorities = other.root().certificate;
    const auto refused = Mailer(server).send(mail, mail.to[0]);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == core::ExitCode::protocol);
  }
  SECTION("a server without it") {
    const test::Receiver clear("mail");
    SmtpServer without = server_of(clear);
    without.tls = SmtpServer::Tls::starttls;
    const auto refused = Mailer(without).send(mail, mail.to[0]);
    REQUIRE_FALSE(refused);
    CHECK(shown(refused.error()) ==
          shown({core::ExitCode::protocol,
                 "cannot mail alice@example.org by " + clear.address() +
                     ": the server offers no TLS (STARTTLS)",
                 "mail.tls = \"none\" sends in clear, where nobody can listen"}));
    CHECK(clear.taken().empty());
  }
  SECTION("from the first byte") {
    const test::Receiver immediate("mail",
                                   {"--immediate-tls", certificate.certificate, certificate.key});
    SmtpServer within = server_of(immediate);
    within.tls = SmtpServer::Tls::immediate;
    within.authorities = authority.root().certificate;
    REQUIRE(Mailer(within).send(mail, mail.to[0]));
    CHECK(immediate.taken().at(0).at("is_tls") == true);
  }
}

TEST_CASE("mailer: settings say where and how", "[http]") {
  using Tls = SmtpServer::Tls;
  struct Row {
    std::vector<config::Assignment> settings;
    Tls tls;
  };
  const std::vector<Row> rows{
      {{{"mail.host", "mail.example"}}, Tls::starttls},
      {{{"mail.host", "mail.example"}, {"mail.port", "465"}}, Tls::immediate},
      {{{"mail.host", "localhost"}, {"mail.port", "25"}}, Tls::none},
      {{{"mail.host", "localhost"}, {"mail.tls", "starttls"}}, Tls::starttls},
      {{{"mail.host", "mail.example"}, {"mail.tls", "none"}}, Tls::none}};
  for (const Row& row : rows) {
    const auto server = mail_server(config::Config::of(row.settings).value());
    REQUIRE(server);
    REQUIRE(*server);
    CHECK(std::get<SmtpServer>(**server).tls == row.tls);
  }
  CHECK_FALSE(mail_server(config::Config::of().value()).value());
  const auto clear =
      mail_server(config::Config::of(
                      {{"mail.host", "mail.example"}, {"mail.tls", "none"}, {"mail.user", "pbx"}})
                      .value());
  REQUIRE_FALSE(clear);
  CHECK(shown(clear.error()) ==
        shown({core::ExitCode::config,
               "cannot log in to mail.example as pbx: the password would go "
               "in clear",
               "trunkline config set mail.tls auto, or leave mail.user empty"}));

  const test::TemporaryDirectory folder;
  const auto file = folder.path() / "mail-password";
  std::ofstream(file) << "s3cret\n";
  const auto configured = config::Config::of({{"mail.host", "mail.example"},
                                              {"mail.user", "pbx"},
                                              {"mail.password_file", file.string()},
                                              {"mail.from", "pbx@example.org"},
                                              {"mail.from_name", "Exchange"},
                                              {"mail.to", "a@example.org, Bo <b@example.org>"}})
                              .value();
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  CHECK(mail_server(configured).error().code == core::ExitCode::no_permission);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto server = mail_server(configured).value().value();
  CHECK(std::get<SmtpServer>(server).password.reveal_text() == "s3cret");
  CHECK(mail_sender(configured) == MailAddress{"pbx@example.org", "Exchange"});
  CHECK(mail_administrators(configured) ==
        std::vector<MailAddress>{{"a@example.org", ""}, {"b@example.org", "Bo"}});
}

TEST_CASE("mailer: Postmark is chosen by one setting, and its token never goes in clear",
          "[http]") {
  const test::TemporaryDirectory folder;
  const auto file = folder.path() / "mail-password";
  std::ofstream(file) << "s3cret\n";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto configured = [&](std::vector<config::Assignment> more) {
    more.emplace_back("mail.provider", "postmark");
    more.emplace_back("mail.password_file", file.string());
    return config::Config::of(more).value();
  };
  CHECK(has_mail_server(configured({})));
  const auto server = std::get<PostmarkServer>(mail_server(configured({})).value().value());
  CHECK(server.url == "https://api.postmarkapp.com");
  CHECK(server.stream == "outbound");
  CHECK(server.token.reveal_text() == "s3cret");
  // What SMTP would not do does not matter.
  const auto beside = configured(
      {{"mail.host", "mail.example"}, {"mail.tls", "none"}, {"mail.postmark_stream", "alerts"}});
  CHECK(std::get<PostmarkServer>(mail_server(beside).value().value()).stream == "alerts");

  struct Row {
    std::string url;
    bool is_taken;
  };
  const std::vector<Row> rows{{"http://127.0.0.1:8080/pm", true},
                              {"http://localhost", true},
                              {"http://[::1]:8080", true},
                              {"https://gate.example", true},
                              {"http://gate.example", false},
                              {"http://127.gate.example", false},
                              {"http://localhost@gate.example", false}};
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CHECK(mail_server(configured({{"mail.postmark_url", row.url}})).has_value() == row.is_taken);
  }
  CHECK(
      shown(mail_server(configured({{"mail.postmark_url", "http://gate.example/key"}})).error()) ==
      shown({core::ExitCode::config,
             "cannot use Postmark by http://gate.example: the token would go in clear",
             "trunkline config set mail.postmark_url https://api.postmarkapp.com"}));
  std::ofstream(file) << "\n";
  CHECK(shown(mail_server(configured({})).error()) ==
        shown({core::ExitCode::data, "cannot read secret " + file.string() + ": it is empty",
               "write the token of a Postmark server into " + file.string()}));
  CHECK_FALSE(config::Config::of({{"mail.provider", "pigeon"}}));
}

TEST_CASE("mailer: hints name the settings that are missing", "[http]") {
  const auto missing = [](const std::vector<config::Assignment>& settings) {
    return missing_mail_settings(config::Config::of(settings).value());
  };
  CHECK(missing({}) == "trunkline config set mail.host HOST; trunkline config set mail.to ADDRESS");
  CHECK(missing({{"mail.to", "a@example.org"}}) == "trunkline config set mail.host HOST");
  CHECK(missing({{"mail.host", "localhost"}}) == "trunkline config set mail.to ADDRESS");
  CHECK(missing({{"mail.provider", "postmark"}}) == "trunkline config set mail.to ADDRESS");
  CHECK(missing({{"mail.provider", "postmark"}, {"mail.to", "a@example.org"}}).empty());
}

}  // namespace trunkline::http
