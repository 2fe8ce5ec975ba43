// SPDX-License-Identifier: MIT
#include "sip/torture.h"

#include <catch2/catch.hpp>

#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

/// One agent, one peer, one message: the status of the answer, "owner" where the request was handed
/// over, or "silence".
std::string fate_of(const std::string& message) {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  bool is_handed_over = false;
  bool is_proof = false;
  agent->on_request([&](sip::IncomingRequest incoming) {
    // The OPTIONS that follows shows that the message before it has been dealt with.
    (incoming.request().call_id == "proof" ? is_proof : is_handed_over) = true;
    std::move(incoming).reply({.status = 299});
  });
  peer.send(udp_port(*agent), message);
  peer.send(udp_port(*agent), text_of({.call_id = "proof", .port = peer.port()}));
  REQUIRE(world.until([&] {
    return is_proof && !peer.received.empty() &&
           header_of(peer.received.back(), "Call-ID") == "proof";
  }));
  if (is_handed_over) return "owner";
  if (peer.received.size() == 1) return "silence";
  CHECK(peer.received.size() == 2);
  return peer.received.front().substr(8, 3);
}

}  // namespace

TEST_CASE("torture: the agent treats the messages of RFC 4475 and 5118 as they say", "[torture]") {
  const auto rows = torture_messages();
  REQUIRE(rows.size() == 60);
  for (const Torture& row : rows) {
    INFO(row.name);
    REQUIRE(!row.message.empty());
    CHECK(fate_of(row.message) == row.agent);
  }
}

namespace {

std::string with(const RequestText& request, const std::string& found, const std::string& instead) {
  std::string text = text_of(request);
  text.replace(text.find(found), found.size(), instead);
  return text;
}

}  // namespace

TEST_CASE("torture: what cannot be read is refused where an answer finds its way", "[torture]") {
  struct Row {
    std::string what;
    std::string message;
    std::string fate;
  };
  const std::string odd = "!me%th'od~";
  const std::vector<Row> rows = {
      {"a method of odd characters", text_of({.method = odd}), "501"},
      {"a URI that is none", text_of({.uri = "sip:a:b:c:d"}), "400"},
      {"an ACK is never answered", text_of({.method = "ACK", .uri = "sip:a:b:c:d"}), "silence"},
      {"the CSeq is of another method", with({}, "1 OPTIONS", "1 " + odd), "400"},
      {"a CSeq without a method", with({}, "1 OPTIONS", "1"), "400"},
      {"a CSeq without a number", with({}, "1 OPTIONS", "OPTIONS"), "400"},
      {"a CSeq beyond 32 bits", with({}, "1 OPTIONS", "4294967296 OPTIONS"), "400"},
      {"a Via with an odd tail", with({}, ";branch=z9hG4bK1", ";=;,"), "400"},
      {"a Via behind a comma that is none", with({}, ";branch=z9hG4bK1", ";branch=a, x"), "400"},
      {"a Via that says nothing", with({}, "Via: SIP/2.0/UDP 127.0.0.1", "Via: ;;"), "silence"},
      {"no Via", with({}, "Via: ", "Vi: "), "silence"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(fate_of(row.message) == row.fate);
  }
}
