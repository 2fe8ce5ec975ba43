// SPDX-License-Identifier: MIT

// Phones over TLS, with certificates of the test's own.

#include <fmt/format.h>

#include "os/process.h"
#include "scenario/two_phones.h"
#include "support/certificates.h"
#include "support/free_ports.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;
using softphone::Phone;
using softphone::PhoneOptions;

std::string in_quotes(const std::filesystem::path& path) {
  return fmt::format("\"{}\"", path.string());
}

/// One PEM file of several.
std::filesystem::path joined(const std::vector<std::filesystem::path>& parts,
                             const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  for (const auto& part : parts) out << CertificateAuthority::text(part);
  return file;
}

/// An exchange with a TLS listener; its certificate's authority is below the one that phones trust.
class TlsSite {
 public:
  explicit TlsSite(std::map<std::string, std::string> more = {})
      : port_(free_ports(2)), exchange_({.settings = settings(std::move(more))}) {}

  Exchange& exchange() { return exchange_; }
  CertificateAuthority& authority() { return authority_; }
  std::string address() const { return fmt::format("127.0.0.1:{}", port_.value()); }

  PhoneOptions& over_tls(PhoneOptions& options) {
    options.server = address();
    options.transport = "tls";
    options.trusted = authority_.root().certificate;
    return options;
  }

 private:
  std::map<std::string, std::string> settings(std::map<std::string, std::string> more) {
    const auto between = authority_.authority("between");
    const auto server = authority_.leaf("server", "between");
    const auto chain =
        joined({server.certificate, between.certificate}, authority_.directory() / "chain.pem");
    more["sip.listen"] =
        fmt::format("[\"udp:127.0.0.1:{0}\", \"tls:127.0.0.1:{0}\"]", port_.value());
    more["sip.tls_certificate"] = in_quotes(chain);
    more["sip.tls_key"] = in_quotes(server.key);
    more.try_emplace("sip.tls_client_ca", in_quotes(authority_.root().certificate));
    return more;
  }

  CertificateAuthority authority_;
  core::Port port_;
  Exchange exchange_;
};

TEST_CASE("tls: phones that verify us register and call each other over their connections",
          "[scenario][tls]") {
  TlsSite site;
  Exchange& exchange = site.exchange();
  const auto secure = [&](PhoneOptions& options) { site.over_tls(options); };
  auto caller = exchange.start_phone(exchange.add_device("alice", "101"), kCallerTone, secure);
  auto called = exchange.start_phone(exchange.add_device("bob", "102"), kCalledTone, secure);
  for (const auto& registration : exchange.ask_sipd("registration.list")) {
    CHECK(core::text_at(registration, "transport") == "tls");
  }
  REQUIRE(caller.dial("102"));
  REQUIRE(caller.wait_for("CALL_ESTABLISHED", kWait));
  REQUIRE(called.wait_for("CALL_ESTABLISHED", kWait));
  TwoPhones::talk(Seconds(2));
  // The other way round within the call: our BYE goes over the called phone's own connection.
  REQUIRE(caller.hang_up());
  REQUIRE(called.wait_for("CALL_CLOSED", kWait));
  CHECK(read_channel(*caller.heard()).heard_for(kCalledTone) >= Milliseconds(1000));
  CHECK(read_channel(*called.heard()).heard_for(kCallerTone) >= Milliseconds(1000));
}

TEST_CASE("tls: only phones with a certificate register where that is asked", "[scenario][tls]") {
  TlsSite site(std::map<std::string, std::string>{{"sip.tls_verify_clients", "true"}});
  Exchange& exchange = site.exchange();
  const auto own = site.authority().leaf("phone");
  const auto certificate = joined({own.key, own.certificate}, site.authority().directory() / "p");
  const auto phone = exchange.start_phone(
      exchange.add_device("alice", "101"), kCallerTone,
      [&](PhoneOptions& options) { site.over_tls(options).certificate = certificate; });
  // OpenSSL's client says what becomes of one without.
  const auto refused = os::run_command(
      {.arguments = {"openssl", "s_client", "-connect", site.address(), "-quiet"}}, kWait);
  REQUIRE(refused);
  CHECK(refused->errors.find("alert") != std::string::npos);
  CHECK(exchange.ask_sipd("registration.list").size() == 1);
}

TEST_CASE("tls: a renewed certificate is shown after a reload, and a bad one is refused",
          "[scenario][tls]") {
  TlsSite site;
  const Exchange& exchange = site.exchange();
  auto& authority = site.authority();
  const auto shown = [&] {
    const auto client = os::run_command(
        {.arguments = {"openssl", "s_client", "-showcerts", "-connect", site.address()}}, kWait);
    return client ? client->output : client.error().message;
  };
  CHECK(shown().find(" 0 s:CN = server") != std::string::npos);
  // As certbot does: new files under the old names.
  const auto renewed = authority.leaf("renewed", "between");
  const auto chain = authority.directory() / "chain.pem";
  joined({renewed.certificate, authority.directory() / "between.pem"}, chain);
  const auto refused = exchange.tool("sipctl", {"reload"});
  CHECK(refused.exit.text() == "exit code 78");
  CHECK(refused.errors.find("the key is another certificate's") != std::string::npos);
  CHECK(shown().find(" 0 s:CN = server") != std::string::npos);
  std::filesystem::copy_file(renewed.key, authority.directory() / "server.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(exchange.tool("sipctl", {"reload"}).exit.text() == "exit code 0");
  CHECK(shown().find(" 0 s:CN = renewed") != std::string::npos);
  CHECK(shown().find(" 1 s:CN = between") != std::string::npos);
}

TEST_CASE("tls: sipd says what is wrong with a certificate, and does not start",
          "[scenario][tls]") {
  CertificateAuthority authority;
  const auto one = authority.leaf("one");
  const auto other = authority.leaf("other");
  const auto port = free_ports();
  struct Row {
    std::string certificate;
    std::string key;
    std::string message;
  };
  const std::vector<Row> rows = {
      {"", one.key, "cannot listen on TLS without sip.tls_certificate"},
      {one.certificate, "", "cannot listen on TLS without sip.tls_key"},
      {one.certificate, other.key, "the key is another certificate's"},
      {one.key, one.key, "it holds no certificate in PEM form"},
      {authority.directory() / "nowhere.pem", one.key, "nowhere.pem"},
  };
  const Exchange exchange({.is_started = false});
  for (const Row& row : rows) {
    INFO(row.message);
    const auto output = exchange.tool(
        "sipd", {"--set", fmt::format("sip.listen=tls:127.0.0.1:{}", port.value()), "--set",
                 "sip.tls_certificate=" + row.certificate, "--set", "sip.tls_key=" + row.key});
    CHECK(output.exit.text() == "exit code 78");
    CHECK(output.errors.find(row.message) != std::string::npos);
  }
}

}  // namespace
}  // namespace trunkline::test
