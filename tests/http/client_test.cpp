// SPDX-License-Identifier: MIT
// Against a real web server of loopback.

#include "http/client.h"

#include <catch2/catch.hpp>

#include "http/shown_fault.h"
#include "support/certificates.h"
#include "support/free_ports.h"
#include "support/receiver.h"

namespace trunkline::http {
namespace {

std::string url(const test::Receiver& receiver, const std::string& path) {
  return "http://" + receiver.address() + path;
}

}  // namespace

TEST_CASE("http client: a request arrives, and its answer is read", "[http]") {
  const test::Receiver receiver("web");
  Client client;
  const auto posted =
      client.send({.method = "POST",
                   .url = url(receiver, "/message?token=secret"),
                   .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                   .body = "{\"a\":1}"});
  REQUIRE(posted);
  CHECK(posted->status == 200);
  CHECK(posted->body == "{\"a\":1}");
  CHECK(posted->header("content-length") == "7");
  const auto failed = client.send({.url = url(receiver, "/status/503")});
  REQUIRE(failed);
  CHECK(failed->status == 503);
  CHECK_FALSE(failed->is_success());
  CHECK(failed->header("Retry-After") == "7");
  CHECK(client.send({.method = "HEAD", .url = url(receiver, "/")}).value().body.empty());
  CHECK(client.send({.method = "DELETE", .url = url(receiver, "/x")}).value().is_success());

  const auto taken = receiver.taken();
  REQUIRE(taken.size() == 4);
  CHECK(core::text_at(taken[0], "method") == "POST");
  CHECK(core::text_at(taken[0], "path") == "/message?token=secret");
  CHECK(core::text_at(taken[0].at("headers"), "Content-Type") == "application/json");
  CHECK(core::text_at(taken[0].at("headers"), "X-Empty", "absent").empty());
  CHECK(core::text_at(taken[1], "method") == "GET");
  CHECK(core::text_at(taken[2], "method") == "HEAD");
  CHECK(core::text_at(taken[3], "method") == "DELETE");
}

TEST_CASE("http client: a redirect is an answer and is not followed", "[http]") {
  const test::Receiver receiver("web");
  const auto moved = Client().send({.url = url(receiver, "/redirect")});
  REQUIRE(moved);
  CHECK(moved->status == 302);
  CHECK(moved->header("location") == "/moved");
  CHECK(receiver.taken().size() == 1);
}

TEST_CASE("http client: what is too long, too slow or not there is a fault", "[http]") {
  const test::Receiver receiver("web");
  Client client({.timeout = core::Milliseconds(300), .answer_limit = core::ByteCount(65'536)});
  const std::string where = "http://" + receiver.address();
  CHECK(shown(client.send({.url = url(receiver, "/long")}).error()) ==
        shown({core::ExitCode::data, "cannot reach " + where + ": its answer is longer than 64KiB",
               ""}));
  CHECK(shown(client.send({.url = url(receiver, "/slow")}).error()) ==
        shown({core::ExitCode::unavailable, "cannot reach " + where + ": no answer within 300ms",
               ""}));
  CHECK(client.send({.url = url(receiver, "/drop")}).error().code == core::ExitCode::unavailable);
  const std::string nobody = "http://127.0.0.1:" + std::to_string(test::free_ports().value());
  const auto refused = client.send({.url = nobody + "/a"}).error();
  CHECK(refused.code == core::ExitCode::unavailable);
  CHECK(refused.message.starts_with("cannot reach " + nobody + ": failed to connect to"));
  CHECK(client.send({.url = url(receiver, "/ok")}).value().is_success());
}

TEST_CASE("http client: only HTTP, and only headers that are one line", "[http]") {
  Client client;
  CHECK(client.send({.url = "file:///etc/passwd"}).error().code == core::ExitCode::usage);
  CHECK(shown(client.send({.url = "no url"}).error()) ==
        shown({core::ExitCode::usage, "cannot read a URL: it is not one",
               "write it as https://HOST/PATH"}));
  CHECK(shown(client.send({.url = "http://127.0.0.1:1/", .headers = {{"X-A", "b\r\nX-Evil: 1"}}})
                  .error()) ==
        shown({core::ExitCode::usage,
               "cannot send the header 'X-A': a name or value that HTTP does not allow", ""}));
}

TEST_CASE("http client: certificates are verified", "[http]") {
  test::CertificateAuthority authority;
  const auto certificate = authority.leaf("web");
  const test::Receiver receiver("web", {"--tls", certificate.certificate, certificate.key});
  const std::string where = "https://" + receiver.address();
  CHECK(Client({.authorities = authority.root().certificate})
            .send({.url = where + "/ok"})
            .value()
            .is_success());
  const auto refused = Client().send({.url = where + "/ok"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::ExitCode::protocol);
  CHECK_FALSE(refused.error().hint.empty());
  CHECK(receiver.taken().size() == 1);
}

TEST_CASE("http client: a URL is shown without what may be secret in it", "[http]") {
  CHECK(shown_url("https://user:pw@push.example:8443/hook/secret?token=x#y") ==
        "https://push.example:8443");
  CHECK(shown_url("http://[::1]/a") == "http://[::1]");
  CHECK(shown_url("no url") == "(not a URL)");
}

}  // namespace trunkline::http
