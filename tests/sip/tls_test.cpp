// SPDX-License-Identifier: MIT
#include "sip/tls.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "os/process.h"
#include "sip/loopback.h"
#include "support/certificates.h"

// What Sofia keeps of its TLS transports when an agent ends is OpenSSL's, and LeakSanitizer cannot
// look through either library to see whose; everything of ours is still looked at.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:CRYPTO_zalloc\nleak:CRYPTO_malloc\n";
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
