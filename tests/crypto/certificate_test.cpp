// SPDX-License-Identifier: MIT
#include "crypto/certificate.h"

#include <catch2/catch.hpp>

#include "support/certificates.h"

namespace {

using namespace trunkline;
using test::CertificateAuthority;

core::Secret key_of(const test::CertificateFiles& files) {
  return core::Secret(CertificateAuthority::text(files.key));
}

std::string fault_of(std::string_view pem, const core::Secret& key) {
  const auto certificate = crypto::read_certificate(pem, key);
  return certificate ? "none" : certificate.error().message;
}

}  // namespace

TEST_CASE("certificate: its own part and those between are told apart", "[certificate]") {
  CertificateAuthority authority;
  const auto between = authority.authority("between");
  const auto server = authority.leaf("server", "between");
  const auto own = CertificateAuthority::text(server.certificate);
  const auto above = CertificateAuthority::text(between.certificate);
  const auto read = crypto::read_certificate("# a comment\n" + own + above, key_of(server));
  REQUIRE(read);
  CHECK(read->leaf == own);
  CHECK(read->intermediates == above);
  CHECK(read->subject == "CN = server");
  CHECK(read->not_after > core::system_clock().wall());
  CHECK(crypto::read_authorities(above + own).value() == above + own);
}

TEST_CASE("certificate: what does not fit together is refused", "[certificate]") {
  CertificateAuthority authority;
  const auto between = authority.authority("between");
  const auto server = authority.leaf("server", "between");
  const auto own = CertificateAuthority::text(server.certificate);
  const auto above = CertificateAuthority::text(between.certificate);
  CHECK(fault_of("", key_of(server)) == "it holds no certificate in PEM form");
  CHECK(fault_of("garbage", key_of(server)) == "it holds no certificate in PEM form");
  CHECK(fault_of(own, {}) == "its key cannot be read");
  CHECK(fault_of(own, core::Secret(std::string_view(own))) == "its key cannot be read");
  CHECK(fault_of(above + own, key_of(server)) == "the key is another certificate's");
  CHECK_FALSE(crypto::read_authorities("garbage"));
}
