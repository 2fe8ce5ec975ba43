// SPDX-License-Identifier: MIT
#include "sip/digest.h"

#include <catch2/catch.hpp>

#include <fmt/format.h>

namespace {

using namespace trunkline;
using sip::DigestHash;
using sip::DigestVerdict;
using namespace std::chrono_literals;

const core::Time kStart = *core::parse_rfc3339("2026-11-21T08:00:00Z");

std::string nonce_of(const std::string& challenge) {
  const auto start = challenge.find("nonce=\"") + 7;
  return challenge.substr(start, challenge.find('"', start) - start);
}

/// A phone that knows the password.
struct Phone {
  std::string name = "alice";
  std::string password = "secret";
  std::string realm = "example.org";
  DigestHash hash = DigestHash::md5;
  std::string qop = "auth";

  sip::DigestCredentials answer(const std::string& nonce, std::uint32_t count,
                                const std::string& method = "REGISTER",
                                const std::string& uri = "sip:example.org") const {
    sip::DigestCredentials credentials{
        .username = name, .realm = realm, .nonce = nonce, .uri = uri, .qop = qop};
    if (!qop.empty()) {
      credentials.cnonce = "c0ffee";
      credentials.nonce_count = count;
      credentials.nonce_count_text = fmt::format("{:08x}", count);
    }
    credentials.response = sip::digest_response(hash, sip::digest_ha1(hash, name, realm, password),
                                                credentials, method);
    return credentials;
  }
};

struct Server {
  core::Secret ha1 = sip::digest_ha1(DigestHash::md5, "alice", "example.org", "secret");
  sip::DigestVerifier verifier{core::Secret(std::string_view("site key")), 5min, kStart};

  std::string nonce(core::Time now = kStart) {
    return nonce_of(verifier.challenge("example.org", DigestHash::md5, false, now));
  }
  DigestVerdict verify(const sip::DigestCredentials& credentials, core::Time now = kStart + 1s,
                       std::uint32_t cseq = 1, std::string_view method = "REGISTER",
                       std::string_view uri = "sip:example.org",
                       std::string_view device = "alice") {
    return verifier.verify({.credentials = credentials,
                            .method = method,
                            .request_uri = uri,
                            .call_id = "call",
                            .cseq = cseq,
                            .ha1 = ha1,
                            .device = device},
                           now);
  }
};

}  // namespace

TEST_CASE("digest: responses are those of the RFCs", "[digest]") {
  // RFC 7616 3.9.1, RFC 2617 3.5 and RFC 2069 (corrected) examples.
  const std::string realm = "http-auth@example.org";
  sip::DigestCredentials both{.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                              .uri = "/dir/index.html",
                              .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                              .qop = "auth",
                              .nonce_count_text = "00000001"};
  const auto md5 = sip::digest_ha1(DigestHash::md5, "Mufasa", realm, "Circle of Life");
  CHECK(sip::digest_response(DigestHash::md5, md5, both, "GET") ==
        "8ca523f5e9506fed4657c9700eebdbec");
  const auto sha = sip::digest_ha1(DigestHash::sha256, "Mufasa", realm, "Circle of Life");
  CHECK(sip::digest_response(DigestHash::sha256, sha, both, "GET") ==
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  const sip::DigestCredentials rfc2617{.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                                       .uri = "/dir/index.html",
                                       .cnonce = "0a4f113b",
                                       .qop = "auth",
                                       .nonce_count_text = "00000001"};
  const auto old =
      sip::digest_ha1(DigestHash::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
  CHECK(sip::digest_response(DigestHash::md5, old, rfc2617, "GET") ==
        "6629fae49393a05397450978507c4ef1");
  sip::DigestCredentials rfc2069 = rfc2617;
  rfc2069.qop.clear();
  CHECK(sip::digest_response(DigestHash::md5, old, rfc2069, "GET") ==
        "670fd8c2df070c60b045671b8b24ff02");
}

TEST_CASE("digest: credentials are read", "[digest]") {
  SECTION("as phones write them") {
    const auto read = sip::parse_digest(
        "Digest username=\"ali\\\"ce\",realm=\"example.org\" , nonce=\"abc\", uri=\"sip:x\",\r\n "
        "response=\"00ff\", algorithm=MD5, cnonce=\"c\", qop=auth, nc=0000000a, opaque=\"o\"");
    REQUIRE(read);
    CHECK(read->username == "ali\"ce");
    CHECK(read->realm == "example.org");
    CHECK(read->nonce_count == 10);
    CHECK(read->qop == "auth");
    CHECK(read->algorithm == "MD5");
  }
  SECTION("with quotes where none belong, and none where they do") {
    const auto read = sip::parse_digest(
        "digest username=alice,realm=example.org,nonce=abc,uri=sip:example.org;transport=tcp,"
        "response=00ff,algorithm=\"MD5\",cnonce=c,qop=\"auth\",nc=\"00000001\"");
    REQUIRE(read);
    CHECK(read->uri == "sip:example.org;transport=tcp");
    CHECK(read->nonce_count == 1);
  }
  SECTION("but not when they are broken") {
    const std::string good =
        "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"0\"";
    CHECK(sip::parse_digest(good));
    const std::vector<std::string> broken = {
        "",
        "Basic YTpi",
        "Digest",
        "Digest username=\"a\"",
        good + ", qop=auth",
        good + ", qop=auth, nc=1, cnonce=\"c\"",
        good + ", qop=auth, nc=0000000g, cnonce=\"c\"",
        good + ", realm=\"other\"",
        good + ", opaque=\"open",
        good + ", =x",
        good + ", name",
        "Digest " + std::string(5000, 'x'),
    };
    for (const std::string& text : broken) {
      INFO(text);
      CHECK_FALSE(sip::parse_digest(text));
    }
  }
  SECTION("and found by realm") {
    const std::vector<std::string> values = {
        "Basic x", "Digest username=\"a\", realm=\"other\", nonce=\"n\", uri=\"u\", response=\"0\"",
        "Digest username=\"b\", realm=\"ours\", nonce=\"n\", uri=\"u\", response=\"0\""};
    CHECK(sip::find_digest(values, "ours")->username == "b");
    CHECK_FALSE(sip::find_digest(values, "nobody's"));
  }
}

TEST_CASE("digest: who knows the password is accepted, others are refused", "[digest]") {
  Server server;
  const Phone phone;
  const std::string nonce = server.nonce();
  CHECK(server.verify(phone.answer(nonce, 1)) == DigestVerdict::accepted);

  struct Row {
    std::string what;
    sip::DigestCredentials credentials;
    DigestVerdict verdict;
  };
  Phone wrong = phone;
  wrong.password = "guess";
  Phone sha = phone;
  sha.hash = DigestHash::sha256;
  sip::DigestCredentials named = phone.answer(nonce, 2);
  named.algorithm = "md5";
  sip::DigestCredentials other_hash = phone.answer(nonce, 3);
  other_hash.algorithm = "SHA-256";
  Phone integrity = phone;
  integrity.qop = "auth-int";
  sip::DigestCredentials loud = phone.answer(nonce, 4);
  for (char& c : loud.response) c = static_cast<char>(std::toupper(c));
  const std::vector<Row> rows = {
      {"wrong password", wrong.answer(nonce, 5), DigestVerdict::refused},
      {"another hash", sha.answer(nonce, 6), DigestVerdict::refused},
      {"the algorithm named", named, DigestVerdict::accepted},
      {"another algorithm named", other_hash, DigestVerdict::refused},
      {"qop we did not offer", integrity.answer(nonce, 7), DigestVerdict::refused},
      {"upper-case response", loud, DigestVerdict::accepted},
      {"for another method", phone.answer(nonce, 8, "INVITE"), DigestVerdict::refused},
      {"for another target", phone.answer(nonce, 9, "REGISTER", "sip:elsewhere.org"),
       DigestVerdict::refused},
      {"the target with a port", phone.answer(nonce, 10, "REGISTER", "sip:example.org:5060"),
       DigestVerdict::accepted},
      {"count zero", phone.answer(nonce, 0), DigestVerdict::refused},
      {"a nonce of nobody", phone.answer("dcd98b7102dd2f0e8b11d0f600bfb0c093", 1),
       DigestVerdict::stale},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(server.verify(row.credentials) == row.verdict);
  }
}

TEST_CASE("digest: a nonce has its time", "[digest]") {
  Server server;
  const Phone phone;
  const std::string nonce = server.nonce();
  CHECK(server.verify(phone.answer(nonce, 1), kStart + 5min) == DigestVerdict::accepted);
  CHECK(server.verify(phone.answer(nonce, 2), kStart + 5min + 1s) == DigestVerdict::stale);
  Phone wrong = phone;
  wrong.password = "guess";
  CHECK(server.verify(wrong.answer(nonce, 3), kStart + 6min) == DigestVerdict::refused);
  CHECK(server.verify(phone.answer(server.nonce(kStart + 1min), 1), kStart) ==
        DigestVerdict::stale);
  std::string forged = nonce;
  forged[0] = forged[0] == '0' ? '1' : '0';
  CHECK(server.verify(phone.answer(forged, 1)) == DigestVerdict::stale);
}

TEST_CASE("digest: a replay is refused, a retransmission is not one", "[digest]") {
  Server server;
  const Phone phone;
  const auto credentials = phone.answer(server.nonce(), 1);
  CHECK(server.verify(credentials, kStart + 1s, 7) == DigestVerdict::accepted);
  CHECK(server.verify(credentials, kStart + 2s, 7) == DigestVerdict::accepted);
  CHECK(server.verify(credentials, kStart + 3s, 8) == DigestVerdict::refused);
  CHECK(server.verify(phone.answer(credentials.nonce, 3), kStart + 4s, 9) ==
        DigestVerdict::accepted);
  SECTION("counts that overtook each other are good once") {
    CHECK(server.verify(phone.answer(credentials.nonce, 2), kStart + 4s, 10) ==
          DigestVerdict::accepted);
    CHECK(server.verify(phone.answer(credentials.nonce, 2), kStart + 4s, 11) ==
          DigestVerdict::refused);
  }
  SECTION("counts far behind are refused") {
    CHECK(server.verify(phone.answer(credentials.nonce, 100), kStart + 4s, 10) ==
          DigestVerdict::accepted);
    CHECK(server.verify(phone.answer(credentials.nonce, 36), kStart + 4s, 11) ==
          DigestVerdict::refused);
    CHECK(server.verify(phone.answer(credentials.nonce, 37), kStart + 4s, 12) ==
          DigestVerdict::accepted);
  }
  SECTION("another device has counts of its own") {
    CHECK(server.verify(credentials, kStart + 5s, 8, "REGISTER", "sip:example.org", "other") ==
          DigestVerdict::accepted);
  }
}

TEST_CASE("digest: without qop a nonce is good for one request", "[digest]") {
  Server server;
  Phone phone;
  phone.qop.clear();
  const auto credentials = phone.answer(server.nonce(), 0);
  CHECK(server.verify(credentials, kStart + 1s, 1) == DigestVerdict::accepted);
  CHECK(server.verify(credentials, kStart + 1s, 1) == DigestVerdict::accepted);
  CHECK(server.verify(credentials, kStart + 1s, 2) == DigestVerdict::stale);
}

TEST_CASE("digest: after a restart stored counts go on, unknown ones are stale", "[digest]") {
  const Phone phone;
  std::string nonce;
  {
    Server before;
    nonce = before.nonce();
    CHECK(before.verify(phone.answer(nonce, 5)) == DigestVerdict::accepted);
  }
  Server after;
  after.verifier =
      sip::DigestVerifier(core::Secret(std::string_view("site key")), 5min, kStart + 10s);
  SECTION("unknown") {
    CHECK(after.verify(phone.answer(nonce, 6), kStart + 11s) == DigestVerdict::stale);
  }
  SECTION("seeded") {
    after.verifier.seed("alice", nonce, 5);
    CHECK(after.verify(phone.answer(nonce, 5), kStart + 11s) == DigestVerdict::refused);
    CHECK(after.verify(phone.answer(nonce, 4), kStart + 11s) == DigestVerdict::refused);
    CHECK(after.verify(phone.answer(nonce, 6), kStart + 11s) == DigestVerdict::accepted);
  }
  SECTION("seeded with what is not ours") {
    after.verifier.seed("alice", "garbage", 5);
    CHECK(after.verifier.table_size() == 0);
  }
}

TEST_CASE("digest: the table is bounded, and what it forgot cannot be used again", "[digest]") {
  Server server;
  server.verifier =
      sip::DigestVerifier(core::Secret(std::string_view("site key")), 5min, kStart, 3);
  const Phone phone;
  std::vector<std::string> nonces;
  for (int i = 0; i < 5; ++i) {
    nonces.push_back(server.nonce(kStart + i * 1s));
    CHECK(server.verify(phone.answer(nonces.back(), 1), kStart + 10s) == DigestVerdict::accepted);
  }
  CHECK(server.verifier.table_size() == 3);
  CHECK(server.verify(phone.answer(nonces[0], 1), kStart + 11s, 2) == DigestVerdict::stale);
  CHECK(server.verify(phone.answer(nonces[4], 2), kStart + 11s, 2) == DigestVerdict::accepted);
  server.verifier.forget_old(kStart + 10min);
  CHECK(server.verifier.table_size() == 0);
}

TEST_CASE("digest: a challenge says what it wants", "[digest]") {
  Server server;
  const std::string plain =
      server.verifier.challenge("example.org", DigestHash::md5, false, kStart);
  CHECK(plain == fmt::format("Digest realm=\"example.org\", nonce=\"{}\", algorithm=MD5, "
                             "qop=\"auth\"",
                             nonce_of(plain)));
  const std::string stale =
      server.verifier.challenge("example.org", DigestHash::sha256, true, kStart);
  CHECK(stale.find("algorithm=SHA-256") != std::string::npos);
  CHECK(stale.ends_with(", stale=true"));
}
