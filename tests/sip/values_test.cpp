// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "sip/compose.h"
#include "sip/dialog_state.h"
#include "sip/message.h"
#include "sip/read.h"
#include "sip/targets.h"

namespace {

using namespace trunkline;
using namespace std::chrono_literals;

sip::Uri uri(std::string_view text) {
  const auto parsed = sip::Uri::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("address: URIs are read and written", "[address]") {
  const sip::Uri full = uri("sip:al%20ice@Example.ORG:5070;transport=TCP;lr?X-A=1");
  CHECK(full.scheme == "sip");
  CHECK(full.user == "al ice");
  CHECK(full.host == "example.org");
  CHECK(full.port == 5070);
  CHECK(full.param("Transport") == "TCP");
  CHECK(full.param("lr") == "");
  CHECK_FALSE(full.param("maddr"));
  CHECK(full.headers == "X-A=1");
  CHECK(full.text() == "sip:al%20ice@example.org:5070;transport=TCP;lr?X-A=1");
  CHECK(uri("sip:127.0.0.1").user.empty());
  CHECK(uri("sip:bob@[2001:db8::1]:5060").host == "[2001:db8::1]");
  CHECK(uri("tel:+4930123").opaque == "+4930123");
  CHECK(uri("tel:+4930123").text() == "tel:+4930123");
  for (const std::string& text : {std::string(""), std::string("sip:"),
                                  std::string("sip:a@b\r\nX: y"), std::string(5000, 'a')}) {
    INFO(text);
    const auto parsed = sip::Uri::parse(text);
    CHECK((!parsed || parsed->host.empty()));
  }
}

TEST_CASE("address: contacts are compared as RFC 3261 19.1.4 says", "[address]") {
  struct Row {
    std::string left;
    std::string right;
    bool is_same;
  };
  const std::vector<Row> rows = {
      {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp", true},
      {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
      {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5", true},
      {"SIP:ALICE@AtLanTa.CoM", "sip:alice@AtlanTa.CoM", false},
      {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
      {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
      {"sip:bob@biloxi.com", "sips:bob@biloxi.com", false},
      {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
  };
  for (const Row& row : rows) {
    INFO(row.left + " and " + row.right);
    CHECK(sip::is_equivalent(uri(row.left), uri(row.right)) == row.is_same);
    CHECK(sip::is_equivalent(uri(row.right), uri(row.left)) == row.is_same);
  }
}

TEST_CASE("address: flows, endpoints and listeners have text forms", "[address]") {
  const sip::Flow flow{
      .protocol = sip::Protocol::tcp, .peer = {"192.0.2.1", 5070}, .local = {"192.0.2.9", 5060}};
  CHECK(flow.id() == "tcp:192.0.2.1:5070>192.0.2.9:5060");
  CHECK(sip::Flow::parse(flow.id()) == flow);
  const sip::Flow open{.peer = {"192.0.2.1", 5070}};
  CHECK(sip::Flow::parse(open.id()) == open);
  const sip::Flow six{.peer = {"2001:db8::1", 5060}, .local = {"::1", 5060}};
  CHECK(sip::Flow::parse(six.id()) == six);
  for (const char* text : {"", "udp", "udp:1.2.3.4>1.2.3.4:1", "sctp:1.2.3.4:1>1.2.3.4:1",
                           "udp:1.2.3.4:70000>1.2.3.4:1", ">udp:1.2.3.4:1"}) {
    INFO(text);
    CHECK_FALSE(sip::Flow::parse(text));
  }
  CHECK(sip::Listener::parse("udp:0.0.0.0:5060")->text() == "udp:0.0.0.0:5060");
  CHECK(sip::Listener::parse("sctp:0.0.0.0:5061").error() ==
        core::Fault{core::ExitCode::config,
                    "cannot listen on 'sctp:0.0.0.0:5061': unknown protocol",
                    "write it as udp:0.0.0.0:5060 or tcp:0.0.0.0:5060"});
}

TEST_CASE("message: causes are found in Reason headers", "[message]") {
  using Headers = std::vector<sip::Header>;
  CHECK(sip::q850_cause(Headers{{"Reason", "Q.850;cause=17;text=\"busy\""}}) == 17);
  CHECK(sip::q850_cause(Headers{{"Reason", "SIP;cause=486, q.850 ; cause=19"}}) == 19);
  CHECK(sip::q850_cause(Headers{{"Reason", "SIP;cause=486"}}) == std::nullopt);
  CHECK(sip::q850_cause(Headers{{"Reason", "Q.850;cause=999"}}) == std::nullopt);
  CHECK(sip::q850_cause({}) == std::nullopt);
  CHECK(sip::q850_cause(Headers{sip::reason_q850(31, "say \"x\"")}) == 31);
  CHECK(sip::usual_phrase(486) == "Busy Here");
  CHECK(sip::usual_phrase(499) == "Unknown");
}

TEST_CASE("compose: nothing leaves its line", "[compose]") {
  const sip::Composed composed(sip::Content{
      .headers = {{"X-A", "one\r\nX-B: two"}, {"Bad Name", "x"}, {"", "x"}, {"X-C", " \tthree "}}});
  CHECK(std::string(composed.headers()) == "X-A: one  X-B: two\r\nX-C: three\r\n");
  CHECK(sip::party_text(
            {.display_name = "A \"B\" \\\r\n", .uri = uri("sip:a@example.org"), .tag = "t\r\nx"}) ==
        "\"A \\\"B\\\" \\\\  \" <sip:a@example.org>;tag=t  x");
  const sip::Composed empty(sip::Content{});
  CHECK(empty.headers() == nullptr);
  CHECK(empty.payload() == nullptr);
  CHECK(empty.content_type() == nullptr);
}

TEST_CASE("read: a request becomes a value, header by header", "[read]") {
  const std::string text =
      "REGISTER sip:example.org SIP/2.0\r\n"
      "v: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;maddr=evil.example;rport\r\n"
      "Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK2;MADDR=1.2.3.4\r\n"
      "f: \"Alice \\\"A\\\"\" <sip:alice@example.org>;tag=a\r\n"
      "t: <sip:alice@example.org>\r\n"
      "i: abc@10.0.0.1\r\n"
      "CSeq: 4711 REGISTER\r\n"
      "m: <sip:alice@10.0.0.1;ob>;expires=600;q=0.5;+sip.instance=\"<urn:uuid:1>\";reg-id=1, "
      "<sip:alice@10.0.0.2>\r\n"
      "Expires: 300\r\n"
      "Authorization: Digest username=\"alice\", realm=\"example.org\", nonce=\"n\", "
      "uri=\"sip:example.org\", response=\"0\"\r\n"
      "k: path, outbound\r\n"
      "Path: <sip:edge@10.0.0.9;lr>\r\n"
      "Date: Sat, 21 Nov 2026 08:00:00 GMT\r\n"
      "X-Strange: folded\r\n here\r\n"
      "User-Agent: phone/1.0\r\n"
      "l: 0\r\n\r\n";
  const auto message = sip::parse_datagram(text);
  REQUIRE(message);
  const sip_t* sip = sip_object(message.get());
  REQUIRE(sip_sanity_check(sip) == 0);
  CHECK(sip->sip_via->v_maddr == nullptr);
  CHECK(std::string(sip->sip_via->v_branch) == "z9hG4bK1");
  CHECK(sip->sip_via->v_rport != nullptr);
  REQUIRE(sip->sip_via->v_next != nullptr);
  CHECK(sip->sip_via->v_next->v_maddr == nullptr);

  const sip::Request request = sip::read_request(*sip);
  CHECK(request.method == sip::Method::register_);
  CHECK(request.from.display_name == "Alice \"A\"");
  CHECK(request.from.tag == "a");
  CHECK(request.cseq == 4711);
  REQUIRE(request.contacts.size() == 2);
  CHECK(request.contacts[0].expires == 600U);
  CHECK(request.contacts[0].q == "0.5");
  CHECK(request.contacts[0].instance == "<urn:uuid:1>");
  CHECK(request.contacts[0].reg_id == "1");
  CHECK_FALSE(request.contacts[1].expires);
  CHECK(request.expires == 300U);
  REQUIRE(request.authorizations.size() == 1);
  CHECK(request.authorizations[0].starts_with("Digest username=\"alice\", realm="));
  CHECK(request.supported == std::vector<std::string>{"path", "outbound"});
  CHECK(sip::find_header(request.headers, "Path") == "<sip:edge@10.0.0.9;lr>");
  CHECK(sip::find_header(request.headers, "X-Strange") == "folded here");
  CHECK_FALSE(sip::find_header(request.headers, "Via"));
}

TEST_CASE("read: a header of any length is read whole and not beyond", "[read]") {
  // Sofia's sip_header_as_string returns what is not terminated, or lacks its last piece, for some
  // of these lengths (corpus sip_message_fuzz: brimful, long_reason).
  for (std::size_t length = 1; length <= 1100; ++length) {
    INFO(length);
    const std::string reason = "Q.850;cause=16;text=\"" + std::string(length, 'x') + "\"";
    const std::string referred = "<sip:" + std::string(length, 'y') + "@192.0.2.1>";
    const auto message = sip::parse_datagram(
        "OPTIONS sip:bob@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n"
        "From: <sip:a@192.0.2.2>;tag=1\r\nTo: <sip:bob@192.0.2.1>\r\nCall-ID: 1\r\n"
        "CSeq: 1 OPTIONS\r\nReason: " +
        reason + "\r\nReferred-By: " + referred + "\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(message);
    const auto headers = sip::read_headers(*sip_object(message.get()));
    CHECK(sip::find_header(headers, "Reason") == reason);
    CHECK(sip::find_header(headers, "Referred-By") == referred);
  }
}

TEST_CASE("dialog state: survives as text", "[dialog_state]") {
  const sip::DialogState state{
      .call_id = "abc\"@10.0.0.1",
      .local = {.display_name = "Bob", .uri = uri("sip:bob@example.org"), .tag = "l1"},
      .remote = {.display_name = "", .uri = uri("sip:alice@example.org"), .tag = "r1"},
      .local_cseq = 7,
      .remote_cseq = 102,
      .route_set = {"<sip:proxy@10.0.0.9;lr>"},
      .remote_target = uri("sip:alice@10.0.0.1:5061;ob"),
      .local_contact = "sip:bob@10.0.0.2:5060",
      .flow = {.peer = {"10.0.0.1", 5061}, .local = {"10.0.0.2", 5060}}};
  const auto read = sip::parse_dialog_state(sip::to_text(state));
  REQUIRE(read);
  CHECK(*read == state);
  for (const char* text :
       {"", "{}", "[]", R"({"schema":"dialog.v1"})",
        R"({"schema":"dialog.v1","call_id":"x","local":{"uri":"sip:a@b","tag":""}})"}) {
    INFO(text);
    CHECK_FALSE(sip::parse_dialog_state(text));
  }
}

TEST_CASE("targets: one that swallows requests is left alone for a while", "[targets]") {
  sip::Targets targets({.max_in_flight = 2, .dead_after_timeouts = 2, .dead_for = 30s});
  const core::SteadyTime start{};
  const std::string hole = "udp:192.0.2.1:5060";
  CHECK(targets.start(hole, start));
  CHECK(targets.start(hole, start));
  CHECK_FALSE(targets.start(hole, start));
  CHECK(targets.start("udp:192.0.2.2:5060", start));

  targets.finished(hole, true, start + 32s);
  CHECK(targets.dead(start + 32s) == 0);
  targets.finished(hole, true, start + 32s);
  CHECK(targets.dead(start + 32s) == 1);
  CHECK_FALSE(targets.start(hole, start + 61s));
  SECTION("then one request may try") {
    CHECK(targets.start(hole, start + 62s));
    CHECK_FALSE(targets.start(hole, start + 62s));
    SECTION("and fails") {
      targets.finished(hole, true, start + 94s);
      CHECK_FALSE(targets.start(hole, start + 95s));
    }
    SECTION("and succeeds") {
      targets.finished(hole, false, start + 63s);
      CHECK(targets.start(hole, start + 63s));
      CHECK(targets.start(hole, start + 63s));
    }
  }
  SECTION("or it speaks up") {
    targets.heard_from(hole);
    CHECK(targets.start(hole, start + 33s));
    CHECK(targets.dead(start + 33s) == 0);
  }
}
