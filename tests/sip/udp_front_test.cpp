// SPDX-License-Identifier: MIT
#include "sip/udp_front.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "os/socket.h"
#include "sip/keeper.h"
#include "sip/loopback.h"
#include "sip/plain_requests.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

std::string register_text(std::uint16_t port, const std::string& extra = {}, int cseq = 1) {
  return fmt::format(
      "REGISTER sip:example.org SIP/2.0\r\n"
      "Via: SIP/2.0/UDP 127.0.0.1:{0};branch=z9hG4bK-{1};rport\r\n"
      "From: \"Alice\" <sip:alice@example.org>;tag=as1\r\n"
      "To: <sip:alice@example.org>\r\n"
      "Call-ID: call-7@127.0.0.1\r\n"
      "CSeq: {1} REGISTER\r\n"
      "Contact: <sip:alice@127.0.0.1:{0}>\r\n"
      "Max-Forwards: 70\r\n{2}"
      "Content-Length: 0\r\n\r\n",
      port, cseq, extra);
}

/// Something that is not plain, and changes nothing.
const std::string kSlow = "Subject: a\r\n b\r\n";

/// An agent that answers everything the same.
struct Answering {
  Answering(World& world, sip::Reply answer, sip::AgentOptions options = {})
      : reply(std::move(answer)), agent(world.agent(std::move(options))) {
    agent->on_request([this](sip::IncomingRequest incoming) {
      heard.push_back(incoming.request());
      std::move(incoming).reply(reply);
    });
  }
  std::size_t plain() const { return agent->counts().plain; }

  sip::Reply reply;
  std::vector<sip::Request> heard;
  std::unique_ptr<sip::Agent> agent;
};

/// The answer over a connection, where nta writes every one, as it would be over UDP.
std::string answer_of_nta(World& world, const sip::Agent& agent, std::string text,
                          std::uint16_t port) {
  const auto server = os::Address::loopback(core::Port(port_of(agent, sip::Protocol::tcp)));
  const auto connection = core::value_or_throw(os::connect_tcp(server, core::Seconds(5)));
  text = replaced(std::move(text), "/UDP", "/TCP");
  REQUIRE(::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
  std::string answer;
  const auto has_answer = [&] {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(connection.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) answer.append(buffer.data(), static_cast<std::size_t>(size));
    return answer.ends_with("\r\n\r\n");
  };
  REQUIRE(world.until(has_answer));
  const std::string own = std::to_string(os::local_address(connection.get()).port().value());
  return replaced(replaced(answer, "rport=" + own, fmt::format("rport={}", port)), "/TCP", "/UDP");
}

/// By name: in which order headers of different names come means nothing (RFC 3261 7.3.1).
std::vector<std::string> lines_of(std::string_view answer) {
  std::vector<std::string> lines;
  for (std::size_t end = answer.find("\r\n"); end != std::string_view::npos;
       end = answer.find("\r\n")) {
    lines.emplace_back(answer.substr(0, end));
    answer.remove_prefix(end + 2);
  }
  lines.emplace_back(answer);
  std::stable_sort(lines.begin(), lines.end(), [](const auto& left, const auto& right) {
    return left.substr(0, left.find(':')) < right.substr(0, right.find(':'));
  });
  return lines;
}

/// From the tag, which is of the flow, to the end of its line.
std::string without_to_tag(const std::string& answer) {
  const auto tag = answer.find(";tag=", answer.find("\r\nTo:"));
  return answer.substr(0, tag) + answer.substr(answer.find("\r\n", tag));
}

}  // namespace

TEST_CASE("udp_front: answers what nta would answer, line by line", "[udp_front]") {
  const std::vector<sip::Reply> replies = {
      {.status = 200},
      {.status = 401,
       .content = {.headers = {{"WWW-Authenticate",
                                "Digest realm=\"example.org\", nonce=\"00ff\", algorithm=MD5, "
                                "qop=\"auth\", stale=true"}}}},
      {.status = 200,
       .content = {.headers = {{"Contact",
                                "<sip:alice@127.0.0.1:5062>;expires=60;q=0.5"
                                ";+sip.instance=\"<urn:uuid:0>\";reg-id=1"},
                               {"Contact", "<sip:alice@192.0.2.1;transport=tcp>;expires=7"},
                               {"Date", "Mon, 30 Nov 2026 00:00:00 GMT"},
                               {"Supported", "path, outbound, gruu"},
                               {"Require", "outbound"},
                               {"Path", "<sip:192.0.2.1;lr;ob>"}}}},
      {.status = 423, .content = {.headers = {{"Min-Expires", "60"}}}},
      {.status = 403, .phrase = "More Than 10 Contacts"},
      {.status = 503,
       .content = {.headers = {{"Retry-After", "5"}, {"Reason", "Q.850;cause=42;text=\"busy\""}}}},
      {.status = 500, .phrase = "Two\r\nLines", .content = {.headers = {{"X-A", "b\r\nc"}}}},
  };
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"", ""},
      {";rport", ""},
      {"branch=z9hG4bK-1;rport", "rport;branch=z9hG4bK-1"},
      {"branch=z9hG4bK-1;rport", "branch=z9hG4bK-1.rport;alias"},
      {"127.0.0.1:", "192.0.2.9:"},
      {"UDP 127.0.0.1", "UDP Phone.LAN"},
      {"Via: ", "v:"},
      {"\"Alice\" <sip", "<sip"},
      {"\"Alice\" <sip", "\"\" <sip"},
      {"From: ", "f:  "},
      {"To: ", "t: "},
      {"CSeq: 1 ", "CSeq: 0 "},
  };
  World world;
  Peer peer(world);
  for (const sip::Reply& reply : replies) {
    Answering answering(world, reply);
    for (const auto& change : changes) {
      // Not a structured binding: a lambda may not capture one in every compiler.
      const auto& from = change.first;
      const auto& to = change.second;
      CAPTURE(reply.status, from, to);
      const auto ask = [&](const std::string& extra) {
        peer.received.clear();
        peer.send(udp_port(*answering.agent),
                  replaced(register_text(peer.port(), extra), from, to));
        REQUIRE(world.until([&] { return !peer.received.empty(); }));
        return peer.received.front();
      };
      const std::size_t plain = answering.plain();
      const std::string quick = ask("");
      CHECK(answering.plain() == plain + 1);
      CHECK(lines_of(quick) == lines_of(ask(kSlow)));
      CHECK(answering.plain() == plain + 1);
      const std::string text = replaced(register_text(peer.port(), kSlow), from, to);
      CHECK(lines_of(without_to_tag(quick)) ==
            lines_of(without_to_tag(answer_of_nta(world, *answering.agent, text, peer.port()))));
    }
    const sip::Request& quick = answering.heard.at(0);
    sip::Request slow = answering.heard.at(1);
    CHECK(quick.flow == slow.flow);
    std::erase_if(slow.headers, [](const sip::Header& header) { return header.name == "Subject"; });
    CHECK(difference(quick, slow) == "");
  }
}

TEST_CASE("udp_front: keeps the order of arrival, whoever reads", "[udp_front]") {
  World world;
  Answering answering(world, {.status = 200});
  Peer peer(world);
  constexpr int kMany = 90;
  for (int i = 1; i <= kMany; ++i) {
    peer.send(udp_port(*answering.agent), register_text(peer.port(), i % 3 == 0 ? kSlow : "", i));
  }
  REQUIRE(world.until([&] { return answering.heard.size() == kMany; }));
  for (std::size_t i = 0; i < kMany; ++i) CHECK(answering.heard[i].cseq == i + 1);
  CHECK(answering.plain() == kMany - kMany / 3);
  CHECK(answering.agent->counts().received == kMany);
  CHECK(world.until([&] { return peer.received.size() == kMany; }));
}

TEST_CASE("udp_front: the doorkeeper is asked once, whoever reads", "[udp_front]") {
  World world;
  Keeper keeper;
  Answering answering(world, {.status = 200}, {.doorkeeper = &keeper});
  Peer peer(world);
  const std::string here = fmt::format("127.0.0.1:{}", peer.port());
  for (const std::string& extra : {std::string(), kSlow}) {
    keeper.asked.clear();
    peer.send(udp_port(*answering.agent), register_text(peer.port(), extra));
    REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
    REQUIRE(keeper.asked.size() == 1);
    CHECK(keeper.asked.front().text() == here);
    peer.received.clear();
  }
  keeper.is_open = false;
  peer.send(udp_port(*answering.agent), register_text(peer.port()));
  REQUIRE(world.until([&] { return keeper.asked.size() == 2; }));
  world.run_for(20ms);
  CHECK(peer.received.empty());
  CHECK(answering.heard.size() == 2);
  CHECK(keeper.broken.empty());
}

TEST_CASE("udp_front: an answer goes out though the one before met nobody", "[udp_front]") {
  World world;
  Answering answering(world, {.status = 200});
  {
    Peer gone(world);
    gone.send(udp_port(*answering.agent), register_text(gone.port()));
  }
  REQUIRE(world.until([&] { return answering.heard.size() == 1; }));
  Peer peer(world);
  peer.send(udp_port(*answering.agent), register_text(peer.port()));
  CHECK(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
}

TEST_CASE("udp_front: a request can be answered later, and after its agent's end", "[udp_front]") {
  World world;
  std::optional<sip::IncomingRequest> kept;
  auto agent = world.agent();
  agent->on_request([&](sip::IncomingRequest incoming) { kept.emplace(std::move(incoming)); });
  Peer peer(world);
  peer.send(udp_port(*agent), register_text(peer.port()));
  REQUIRE(world.until([&] { return kept.has_value(); }));
  SECTION("later") {
    std::move(*kept).reply({.status = 200});
    CHECK(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
  }
  SECTION("after its end") {
    agent.reset();
    std::move(*kept).reply({.status = 200});
    kept.reset();
    world.run_for(20ms);
  }
}

TEST_CASE("udp_front: an agent may end while it hears a request", "[udp_front]") {
  World world;
  auto agent = world.agent();
  bool is_over = false;
  agent->on_request([&](sip::IncomingRequest incoming) {
    std::move(incoming).reply({.status = 200});
    agent.reset();
    is_over = true;
  });
  Peer peer(world);
  const std::uint16_t port = udp_port(*agent);
  for (int i = 1; i <= 3; ++i) peer.send(port, register_text(peer.port(), "", i));
  REQUIRE(world.until([&] { return is_over; }));
  world.run_for(20ms);
  CHECK(peer.count("SIP/2.0 200") == 1);
}
