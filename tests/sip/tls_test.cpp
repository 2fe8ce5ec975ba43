// SPDX-License-Identifier: MIT
#include "sip/tls.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "core/error.h"
#include "crypto/tls_sessions.h"
#include "os/process.h"
#include "os/socket.h"
#include "sip/loopback.h"
#include "support/certificates.h"

// Sofia reads the alternative names in a peer's certificate and keeps what it read, about 200 bytes
// a connection whose peer shows one (tls_connect: X509V3_EXT_d2i, i2v_GENERAL_NAMES). LeakSanitizer
// sees no further than where OpenSSL allocates. That sessions end is counted below.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:CRYPTO_zalloc\n";
}

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;
using test::CertificateAuthority;
using test::CertificateFiles;

sip::TlsOptions shown(const CertificateFiles& files) {
  return {.certificate = CertificateAuthority::text(files.certificate),
          .key = core::Secret(CertificateAuthority::text(files.key))};
}

std::unique_ptr<sip::Agent> tls_agent(World& world, sip::TlsOptions tls) {
  return std::make_unique<sip::Agent>(
      world.root,
      sip::AgentOptions{.listen = {"udp:127.0.0.1:0", "tls:127.0.0.1:0"}, .tls = std::move(tls)});
}

/// The status of an OPTIONS from one to the other over TLS.
int ask(World& world, sip::Agent& from, sip::Agent& to, sip::Flow* seen = nullptr) {
  to.on_request([&](sip::IncomingRequest incoming) {
    if (seen != nullptr) *seen = incoming.request().flow;
    std::move(incoming).reply({.status = 299});
  });
  const auto target = sip::Uri::parse(
      fmt::format("sip:x@127.0.0.1:{};transport=tls", port_of(to, sip::Protocol::tls)));
  int status = 0;
  const auto asked = from.send(
      sip::Method::options, {.target = *target, .from = {.uri = *target}, .to = {.uri = *target}},
      {}, [&](const sip::Response& response) { status = response.status; });
  REQUIRE(world.until([&] { return status != 0; }, 20s));
  return status;
}

/// Of the certificates that a server shows, its own first.
std::string names_shown(World& world, const CertificateAuthority& authority, std::uint16_t port) {
  static int round = 0;
  const auto log = authority.directory() / fmt::format("shown-{}.log", ++round);
  auto child = core::value_or_throw(
      os::Child::spawn({.arguments = {"openssl", "s_client", "-showcerts", "-connect",
                                      fmt::format("127.0.0.1:{}", port)},
                        .output = os::Stream::file(log),
                        .errors = os::Stream::null()}));
  REQUIRE(world.until([&] { return !child.is_running(); }, 20s));
  std::string names;
  std::istringstream lines(CertificateAuthority::text(log));
  for (std::string line; std::getline(lines, line);) {
    // " 0 s:CN = server"
    const auto name = line.find(" s:CN = ");
    if (name != std::string::npos) names += (names.empty() ? "" : ", ") + line.substr(name + 8);
  }
  return names;
}

}  // namespace

TEST_CASE("tls: agents speak over it, and the flow says so", "[tls]") {
  World world;
  CertificateAuthority authority;
  const auto files = authority.leaf("server");
  const auto server = tls_agent(world, shown(files));
  const auto client = tls_agent(world, shown(files));
  sip::Flow flow;
  CHECK(ask(world, *client, *server, &flow) == 299);
  CHECK(flow.protocol == sip::Protocol::tls);
  CHECK(flow.local.port == port_of(*server, sip::Protocol::tls));
}

TEST_CASE("tls: of a connection that ended nothing is left", "[tls]") {
  World world;
  CertificateAuthority authority;
  const auto files = authority.leaf("server");
  const auto server = tls_agent(world, shown(files));
  for (int i = 0; i < 3; ++i) {
    const auto client = tls_agent(world, shown(files));
    CHECK(ask(world, *client, *server) == 299);
    CHECK(crypto::count_tls_sessions() >= 2);
    // The client's end goes with its agent, ours when it sees that.
  }
  CHECK(world.until([] { return crypto::count_tls_sessions() == 0; }, 20s));
}

TEST_CASE("tls: of one that never says a word nothing is left either", "[tls]") {
  World world;
  CertificateAuthority authority;
  const auto server = tls_agent(world, shown(authority.leaf("server")));
  auto silent = core::value_or_throw(
      os::connect_tcp(os::Address::loopback(core::Port(port_of(*server, sip::Protocol::tls))), 5s));
  CHECK(world.until([] { return crypto::count_tls_sessions() == 1; }, 20s));
  silent = os::Fd();
  CHECK(world.until([] { return crypto::count_tls_sessions() == 0; }, 20s));
}

TEST_CASE("tls: a new certificate is shown to new connections alone", "[tls]") {
  World world;
  CertificateAuthority authority;
  CertificateAuthority later;
  const auto between = later.authority("between");
  const auto server = tls_agent(world, shown(authority.leaf("server")));
  const auto other = tls_agent(world, shown(authority.leaf("other")));
  const auto names = [&](const sip::Agent& agent) {
    return names_shown(world, authority, port_of(agent, sip::Protocol::tls));
  };
  CHECK(names(*server) == "server");
  auto next = shown(later.leaf("next", "between"));
  next.intermediates = CertificateAuthority::text(between.certificate);
  server->show_certificate(next);
  CHECK(names(*server) == "next, between");
  server->show_certificate(shown(later.leaf("last")));
  CHECK(names(*server) == "last");
  CHECK(names(*other) == "other");
}

TEST_CASE("tls: clients are verified where that is wanted", "[tls]") {
  World world;
  CertificateAuthority authority;
  CertificateAuthority stranger;
  auto tls = shown(authority.leaf("server"));
  tls.verifies_clients = true;
  tls.client_authorities = CertificateAuthority::text(authority.root().certificate);
  const auto server = tls_agent(world, std::move(tls));
  const auto ours = tls_agent(world, shown(authority.leaf("client")));
  CHECK(ask(world, *ours, *server) == 299);
  const auto theirs = tls_agent(world, shown(stranger.leaf("client")));
  CHECK(ask(world, *theirs, *server) == 503);
}

TEST_CASE("tls: the authorities between are sent along, and do not let clients in", "[tls]") {
  World world;
  CertificateAuthority authority;
  const auto between = authority.authority("between");
  auto tls = shown(authority.leaf("server", "between"));
  tls.intermediates = CertificateAuthority::text(between.certificate);
  tls.verifies_clients = GENERATE(false, true);
  CertificateAuthority clients;
  if (tls.verifies_clients) {
    tls.client_authorities = CertificateAuthority::text(clients.root().certificate);
  }
  const bool verifies = tls.verifies_clients;
  const auto server = tls_agent(world, std::move(tls));
  if (verifies) {
    // Of the authority that made the server's own certificate.
    const auto other = tls_agent(world, shown(authority.leaf("client", "between")));
    CHECK(ask(world, *other, *server) == 503);
    return;
  }
  auto child = core::value_or_throw(os::Child::spawn(
      {.arguments = {"openssl", "s_client", "-connect",
                     fmt::format("127.0.0.1:{}", port_of(*server, sip::Protocol::tls)), "-CAfile",
                     authority.root().certificate, "-verify_return_error", "-verify_ip",
                     "127.0.0.1"},
       .output = os::Stream::file(authority.directory() / "client.log"),
       .errors = os::Stream::file(authority.directory() / "client.log")}));
  CHECK(world.until([&] { return !child.is_running(); }, 20s));
  const auto log = CertificateAuthority::text(authority.directory() / "client.log");
  INFO(log);
  CHECK(log.find("Verify return code: 0 (ok)") != std::string::npos);
}

TEST_CASE("tls: a listener without a certificate is refused", "[tls]") {
  World world;
  CHECK_THROWS_WITH(tls_agent(world, {}),
                    Catch::Contains("cannot listen on tls:127.0.0.1:0: there is no certificate"));
}
