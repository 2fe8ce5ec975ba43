// SPDX-License-Identifier: MIT
// Against a real web server of loopback that answers as Postmark does; mailer_test.cpp has what
// every way of mail must do.

#include "http/postmark.h"

#include <catch2/catch.hpp>

#include "http/shown_fault.h"
#include "support/certificates.h"
#include "support/free_ports.h"
#include "support/receiver.h"

namespace trunkline::http {
namespace {

PostmarkServer postmark_of(const test::Receiver& receiver, const std::string& path = "/postmark") {
  return {.url = "http://" + receiver.address() + path, .token = core::Secret("s3cret")};
}

Mail alert_mail() {
  return {.from = {"pbx@example.org", "Exchange"},
          .subject = "full",
          .text = "very\n",
          .headers = {{"Auto-Submitted", "auto-generated"}},
          .message_id = "<1@example.org>"};
}

std::vector<MailAddress> people(int count) {
  std::vector<MailAddress> all;
  for (int i = 0; i < count; ++i) all.push_back({"p" + std::to_string(i) + "@example.org"});
  return all;
}

core::Json batch_of(const core::Json& request) {
  return core::parse_json(core::text_at(request, "body")).value();
}

/// The fault of one mail.
core::Fault fault_of(PostmarkServer server) {
  const auto recipients = people(1);
  auto results = Postmark(std::move(server)).deliver(alert_mail(), recipients);
  REQUIRE(results.size() == 1);
  REQUIRE_FALSE(results[0]);
  return results[0].error();
}

}  // namespace

TEST_CASE("postmark: a request carries the token and a mail for each recipient", "[http]") {
  const test::Receiver receiver("web");
  const std::vector<MailAddress> recipients{
      {"alice@example.org", "Alice"}, {"refused@example.org"}, {"bob@example.org"}};
  const auto results = Postmark(postmark_of(receiver)).deliver(alert_mail(), recipients);
  REQUIRE(results.size() == 3);
  CHECK(results[0]);
  CHECK(results[2]);
  REQUIRE_FALSE(results[1]);
  CHECK(shown(results[1].error()) ==
        shown({core::ExitCode::no_permission,
               "cannot mail refused@example.org by http://" + receiver.address() +
                   ": Postmark said 406: You tried to send to an inactive recipient",
               "it bounced or complained before; reactivate it in Postmark: the stream's "
               "Suppressions"}));

  const auto requests = receiver.taken();
  REQUIRE(requests.size() == 1);
  CHECK(core::text_at(requests[0], "method") == "POST");
  CHECK(core::text_at(requests[0], "path") == "/postmark/email/batch");
  const core::Json& headers = requests[0].at("headers");
  CHECK(core::text_at(headers, "X-Postmark-Server-Token") == "s3cret");
  CHECK(core::text_at(headers, "Content-Type") == "application/json");
  CHECK(core::text_at(headers, "Accept") == "application/json");
  const core::Json batch = batch_of(requests[0]);
  REQUIRE(batch.size() == 3);
  CHECK(core::text_at(batch[0], "To") == "\"Alice\" <alice@example.org>");
  CHECK(core::text_at(batch[2], "To") == "bob@example.org");
  CHECK(core::to_line(batch[2]).find("alice") == std::string::npos);
}

TEST_CASE("postmark: many recipients, and large mails, are several requests", "[http]") {
  const test::Receiver receiver("web");
  Postmark postmark(postmark_of(receiver, "/postmark/"));
  auto recipients = people(101);
  recipients[50].address = "refused@example.org";
  const auto results = postmark.deliver(alert_mail(), recipients);
  REQUIRE(results.size() == 101);
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].has_value() == (i != 50));
  }
  Mail large = alert_mail();
  large.attachments = {{"report.csv", "text/csv", std::string(3'000'000, 'x')}};
  const auto three = people(3);
  for (const auto& result : postmark.deliver(large, three)) CHECK(result);
  const auto requests = receiver.taken();
  REQUIRE(requests.size() == 5);
  const std::vector<std::size_t> sizes{50, 50, 1, 2, 1};
  for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(batch_of(requests[i]).size() == sizes[i]);
  CHECK(core::text_at(batch_of(requests[1])[0], "To") == "refused@example.org");
}

TEST_CASE("postmark: a wrong token is told as one, and is in no message", "[http]") {
  const test::Receiver receiver("web");
  PostmarkServer server = postmark_of(receiver);
  server.token = core::Secret("t0ken-of-another");
  CHECK(shown(fault_of(server)) ==
        shown({core::ExitCode::no_permission,
               "cannot mail p0@example.org by http://" + receiver.address() +
                   ": Postmark said 10: The Server Token you provided was not valid",
               "mail.password_file must hold the token of a Postmark server: its page API "
               "Tokens"}));
  server.token = core::Secret("t0ken\r\nX-Other: 1");
  const core::Fault broken = fault_of(server);
  CHECK(broken.code == core::ExitCode::usage);
  CHECK(broken.message.find("t0ken") == std::string::npos);
}

TEST_CASE("postmark: what is no answer of Postmark's is told in one line", "[http]") {
  const test::Receiver receiver("web");
  struct Row {
    std::string path;
    core::ExitCode code;
    std::string message;
  };
  const std::string by = "cannot mail p0@example.org by http://" + receiver.address() + ": ";
  const std::string reach = "cannot mail p0@example.org: cannot reach http://" + receiver.address();
  const std::vector<Row> rows{
      // The request itself comes back.
      {"/echo", core::ExitCode::protocol,
       by + "its answer is not Postmark's: a mail without an ErrorCode"},
      {"/status/200", core::ExitCode::protocol,
       by + "its answer is not Postmark's: no list of results"},
      {"/status/503", core::ExitCode::try_again, by + "it answered HTTP 503"},
      {"/status/429", core::ExitCode::try_again, by + "it answered HTTP 429"},
      {"/status/403", core::ExitCode::no_permission, by + "it answered HTTP 403"},
      {"/redirect", core::ExitCode::no_permission, by + "it answered HTTP 302"},
      {"/long", core::ExitCode::protocol, reach + ": its answer is longer than 256KiB"},
      {"/drop", core::ExitCode::unavailable, reach + ": empty reply from server"}};
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const core::Fault fault = fault_of(postmark_of(receiver, row.path));
    CHECK(fault.code == row.code);
    CHECK(fault.message == row.message);
  }
  PostmarkServer nobody{.url = "http://127.0.0.1:" + std::to_string(test::free_ports().value())};
  CHECK(fault_of(nobody).code == core::ExitCode::unavailable);
}

TEST_CASE("postmark: over TLS its certificate is verified", "[http]") {
  test::CertificateAuthority authority;
  const auto certificate = authority.leaf("web");
  const test::Receiver receiver("web", {"--tls", certificate.certificate, certificate.key});
  PostmarkServer server{.url = "https://" + receiver.address() + "/postmark",
                        .token = core::Secret("s3cret"),
                        .authorities = authority.root().certificate};
  const auto recipients = people(1);
  CHECK(Postmark(server).deliver(alert_mail(), recipients).at(0));
  server.authorities.clear();
  CHECK(fault_of(server).code == core::ExitCode::protocol);
  CHECK(receiver.taken().size() == 1);
}

}  // namespace trunkline::http
