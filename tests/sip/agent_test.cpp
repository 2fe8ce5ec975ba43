// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "sip/loopback.h"

namespace {

using namespace trunkline;
using namespace trunkline::sip_test;

bool contains(const std::string& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("agent: a request outside dialogs reaches the owner as a value", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  std::vector<sip::Request> requests;
  agent->on_request([&](sip::IncomingRequest incoming) {
    requests.push_back(incoming.request());
    std::move(incoming).reply({.status = 200,
                               .phrase = "Fine",
                               .content = {.headers = {{"X-Answer", "yes\r\nX-Evil: 1"}}}});
  });
  peer.send(udp_port(*agent), text_of({.extra = "User-Agent: test/1\r\nX-Question: who?\r\n",
                                       .body = "hello",
                                       .port = peer.port()}));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 200 Fine") == 1; }));

  REQUIRE(requests.size() == 1);
  const sip::Request& request = requests.front();
  CHECK(request.method == sip::Method::options);
  CHECK(request.uri.user == "alice");
  CHECK(request.from.tag == "b1");
  CHECK(request.to.tag.empty());
  CHECK(request.call_id == "call-1");
  CHECK(request.cseq == 1);
  CHECK(request.user_agent == "test/1");
  CHECK(request.body == "hello");
  CHECK(sip::find_header(request.headers, "x-question") == "who?");
  CHECK(request.contacts.size() == 1);
  CHECK(request.flow.peer == sip::Endpoint{"127.0.0.1", peer.port()});
  CHECK(request.flow.local == sip::Endpoint{"127.0.0.1", udp_port(*agent)});

  const std::string answer = peer.last("SIP/2.0 200 Fine");
  CHECK(header_of(answer, "X-Answer") == "yes  X-Evil: 1");
  CHECK(header_of(answer, "X-Evil").empty());
  CHECK(header_of(answer, "Server") == "trunkline");
}

TEST_CASE("agent: the answer goes where the request came from", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  agent->on_request(
      [](sip::IncomingRequest incoming) { std::move(incoming).reply({.status = 200}); });
  // A phone behind NAT: Via names an address and port that are not the packet's.
  std::string text = text_of({.port = 9});
  const std::string via = "SIP/2.0/UDP 127.0.0.1:9";
  text.replace(text.find(via), via.size(), "SIP/2.0/UDP 192.168.99.1:9");

  SECTION("with received and rport added") {
    peer.send(udp_port(*agent), text);
    REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
    const std::string answered_via = header_of(peer.last("SIP/2.0 200"), "Via");
    CHECK(contains(answered_via, "received=127.0.0.1"));
    CHECK(contains(answered_via, fmt::format("rport={}", peer.port())));
  }
  SECTION("whatever maddr says") {
    text.replace(text.find(";branch"), 7, ";maddr=no-such-host.invalid;branch");
    peer.send(udp_port(*agent), text);
    REQUIRE(world.until([&] { return peer.count("SIP/2.0 200") == 1; }));
    CHECK(!contains(peer.last("SIP/2.0 200"), "maddr"));
  }
}

TEST_CASE("agent: what cannot be used is answered without a look-up of the sender's name",
          "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  std::string text = text_of({.port = peer.port()});
  const auto replace = [&](const std::string& what, const std::string& with) {
    REQUIRE(contains(text, what));
    text.replace(text.find(what), what.size(), with);
  };
  // The look-up would fail, and the answer be lost with it.
  replace("SIP/2.0/UDP 127.0.0.1", "SIP/2.0/UDP no-such-host.invalid");
  std::string status;
  SECTION("of a version we do not speak") {
    status = "SIP/2.0 505";
    replace(" SIP/2.0\r\n", " SIP/7.0\r\n");
  }
  SECTION("without a header that must be there") {
    status = "SIP/2.0 400";
    replace("CSeq:", "X-CSeq:");
  }
  SECTION("with another's Via behind a comma") {
    status = "SIP/2.0 400";
    replace("CSeq:", "X-CSeq:");
    replace(";branch", ", SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKother;branch");
  }
  SECTION("and names another transport") {
    status = "SIP/2.0 400";
    replace("CSeq:", "X-CSeq:");
    replace("SIP/2.0/UDP", "SIP/2.0/TCP");
  }
  peer.send(udp_port(*agent), text);
  REQUIRE(world.until([&] { return peer.count(status) == 1; }));
  const std::string via = header_of(peer.last(status), "Via");
  CHECK(contains(via, "received=127.0.0.1"));
  CHECK(via.find("received") == via.rfind("received"));
}

TEST_CASE("agent: what needs no owner is answered at once", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  int reached = 0;
  agent->on_request([&](sip::IncomingRequest incoming) {
    ++reached;
    std::move(incoming).reply({.status = 200});
  });
  struct Row {
    std::string what;
    RequestText request;
    std::string status;
    std::string header;
    std::string value;
  };
  const std::string allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER";
  const std::vector<Row> rows = {
      {"a method we know and do not serve", {.method = "SUBSCRIBE"}, "405", "Allow", allow},
      {"a method nobody knows", {.method = "FROBNICATE"}, "501", "Allow", allow},
      {"an extension we lack",
       {.extra = "Require: 100rel, foo\r\n"},
       "420",
       "Unsupported",
       "100rel, foo"},
      {"a dialog we do not know",
       {.method = "BYE", .to = "<sip:a@127.0.0.1>;tag=x"},
       "481",
       "",
       ""},
      {"a CANCEL of nothing", {.method = "CANCEL"}, "481", "", ""},
      {"a telephone URI", {.uri = "tel:+4915112345"}, "416", "", ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    RequestText request = row.request;
    request.port = peer.port();
    peer.received.clear();
    peer.send(udp_port(*agent), text_of(request));
    REQUIRE(world.until([&] { return !peer.received.empty(); }));
    CHECK(peer.received.front().starts_with("SIP/2.0 " + row.status));
    if (!row.header.empty()) CHECK(header_of(peer.received.front(), row.header) == row.value);
  }
  CHECK(reached == 0);
  CHECK(agent->counts().sofia_incoming == 0);
}

TEST_CASE("agent: an INVITE that has gone round too often is refused", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  agent->on_request(
      [](sip::IncomingRequest incoming) { std::move(incoming).reply({.status = 200}); });
  std::string text = text_of({.method = "INVITE", .port = peer.port()});
  text.replace(text.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
  peer.send(udp_port(*agent), text);
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 483") == 1; }));
}

TEST_CASE("agent: answers without state have the same tag for the same request", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  agent->on_request(
      [](sip::IncomingRequest incoming) { std::move(incoming).reply({.status = 401}); });
  const std::string text = text_of({.method = "INVITE", .port = peer.port()});
  peer.send(udp_port(*agent), text);
  peer.send(udp_port(*agent), text);
  REQUIRE(world.until([&] { return peer.received.size() == 2; }));
  CHECK(contains(header_of(peer.received[0], "To"), ";tag="));
  CHECK(header_of(peer.received[0], "To") == header_of(peer.received[1], "To"));
  peer.send(udp_port(*agent), text_of({.method = "INVITE", .cseq = 2, .port = peer.port()}));
  REQUIRE(world.until([&] { return peer.received.size() == 3; }));
  CHECK(header_of(peer.received[0], "To") != header_of(peer.received[2], "To"));
}

TEST_CASE("agent: a request may be answered later, or not at all", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  std::vector<sip::IncomingRequest> waiting;
  agent->on_request([&](sip::IncomingRequest incoming) { waiting.push_back(std::move(incoming)); });
  peer.send(udp_port(*agent), text_of({.call_id = "one", .port = peer.port()}));
  peer.send(udp_port(*agent), text_of({.call_id = "two", .port = peer.port()}));
  REQUIRE(world.until([&] { return waiting.size() == 2; }));
  std::move(waiting[1]).reply({.status = 200});
  waiting.clear();
  REQUIRE(world.until([&] { return peer.received.size() == 1; }));
  world.run_for(30ms);
  CHECK(peer.received.size() == 1);
  CHECK(header_of(peer.received[0], "Call-ID") == "two");
}

TEST_CASE("agent: an owner that throws answers 500 and the loop goes on", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  agent->on_request([](sip::IncomingRequest) { throw std::runtime_error("no"); });
  peer.send(udp_port(*agent), text_of({.port = peer.port()}));
  REQUIRE(world.until([&] { return peer.count("SIP/2.0 500") == 1; }));
}

TEST_CASE("agent: garbage is counted and answered with nothing", "[agent]") {
  World world;
  const auto agent = world.agent();
  Peer peer(world);
  peer.send(udp_port(*agent), "this is not SIP\r\n\r\n");
  peer.send(udp_port(*agent), "SIP/2.0 200 OK\r\n\r\n");
  peer.send(udp_port(*agent), std::string(1, '\0') + "\xff\xfe");
  REQUIRE(world.until([&] { return agent->counts().malformed >= 2; }));
  CHECK(peer.received.empty());
}

TEST_CASE("agent: a port that is taken is told with a hint", "[agent]") {
  World world;
  const auto first = world.agent();
  const std::string address = fmt::format("tcp:127.0.0.1:{}", port_of(*first, sip::Protocol::tcp));
  try {
    const sip::Agent second(world.root, {.listen = {address}});
    FAIL("it listened");
  } catch (const core::Error& error) {
    CHECK(error.fault().message == "cannot listen on " + address + ": Address already in use");
    CHECK(error.fault().hint == "see who has the port: ss -lntup; change sip.listen");
  }
}

TEST_CASE("agent: OPTIONS over TCP is answered on its connection", "[agent]") {
  World world;
  const auto server = world.agent();
  const auto client = world.agent();
  sip::Flow seen;
  server->on_request([&](sip::IncomingRequest incoming) {
    seen = incoming.request().flow;
    std::move(incoming).reply(server->options_reply());
  });
  sip::Response got;
  sip::Outgoing outgoing{
      .target = *sip::Uri::parse(
          fmt::format("sip:127.0.0.1:{};transport=tcp", port_of(*server, sip::Protocol::tcp))),
      .from = {.uri = *sip::Uri::parse("sip:us@127.0.0.1")},
      .to = {.uri = *sip::Uri::parse("sip:them@127.0.0.1")}};
  const auto transaction = client->send(sip::Method::options, outgoing, {},
                                        [&](const sip::Response& response) { got = response; });
  REQUIRE(world.until([&] { return got.status != 0; }));
  CHECK(got.status == 200);
  CHECK(sip::find_header(got.headers, "Allow") == server->allow());
  CHECK(sip::find_header(got.headers, "Accept") == "application/sdp");
  CHECK(seen.protocol == sip::Protocol::tcp);
}

TEST_CASE("agent: a target that does not answer is declared dead after a while", "[agent]") {
  World world;
  sip::AgentOptions options;
  options.dead_after_timeouts = 1;
  const auto agent = world.agent(options);
  const Peer silent(world);
  sip::Outgoing outgoing{.target = *sip::Uri::parse(fmt::format("sip:127.0.0.1:{}", silent.port())),
                         .from = {.uri = *sip::Uri::parse("sip:us@127.0.0.1")},
                         .to = {.uri = *sip::Uri::parse("sip:them@127.0.0.1")}};
  std::vector<sip::Response> responses;
  const auto keep = [&](const sip::Response& response) { responses.push_back(response); };
  const auto first = agent->send(sip::Method::options, outgoing, {}, keep);
  world.run_for(20ms);
  world.push_time(33s);
  REQUIRE(world.until([&] { return responses.size() == 1; }));
  CHECK(responses[0].status == 408);
  CHECK(responses[0].is_local);
  CHECK(agent->counts().dead_targets == 1);
  const auto second = agent->send(sip::Method::options, outgoing, {}, keep);
  CHECK(responses.size() == 1);
  REQUIRE(world.until([&] { return responses.size() == 2; }));
  CHECK(responses[1].status == 503);
  CHECK(responses[1].is_local);
}

TEST_CASE("agent: the host in Via and Contact is one the peer can reach", "[agent]") {
  World world;
  const sip::Flow far{.peer = {"192.0.2.1", 5060}};
  const sip::Flow near{.peer = {"127.0.0.1", 5060}};
  SECTION("the address that is listened on") {
    const auto agent = world.agent();
    CHECK(agent->local_host_for(far) == "127.0.0.1");
  }
  SECTION("the advertised one, but not within this machine") {
    sip::AgentOptions options;
    options.advertised_address = "198.51.100.7";
    const auto agent = world.agent(options);
    CHECK(agent->local_host_for(far) == "198.51.100.7");
    CHECK(agent->local_host_for(near) == "127.0.0.1");
  }
  SECTION("the one the kernel would use, where any is listened on") {
    const sip::Agent agent(world.root, {.listen = {"udp:0.0.0.0:0"}});
    CHECK(agent.local_host_for(near) == "127.0.0.1");
  }
  SECTION("the advertised one of the peer's network, also after a change") {
    sip::AgentOptions options;
    options.advertised_address = "198.51.100.7";
    options.advertised_networks = {"192.0.0.0/8 192.0.0.9", "192.0.2.0/24 192.0.2.9"};
    const auto agent = world.agent(options);
    CHECK(agent->local_host_for(far) == "192.0.2.9");
    CHECK(agent->local_host_for({.peer = {"192.1.2.1", 5060}}) == "192.0.0.9");
    CHECK(agent->local_host_for({.peer = {"203.0.113.1", 5060}}) == "198.51.100.7");
    agent->set_advertised({}, "");
    CHECK(agent->local_host_for(far) == "127.0.0.1");
  }
}

TEST_CASE("agent: each family has its own socket and its own host", "[agent]") {
  World world;
  sip::Agent agent(world.root, {.listen = {"udp:127.0.0.1:0", "udp:[::1]:0", "tcp:[::1]:0"}});
  REQUIRE(agent.listeners().size() == 3);
  CHECK(agent.listeners()[1].text().starts_with("udp:[::1]:"));
  CHECK(agent.local_host_for({.peer = {"127.0.0.1", 5060}}) == "127.0.0.1");
  CHECK(agent.local_host_for({.peer = {"::1", 5060}}) == "[::1]");
  CHECK(agent.local_host_for({.protocol = sip::Protocol::tcp, .peer = {"::1", 5060}}) == "[::1]");
}

TEST_CASE("agent: any address of both families on one port is a socket an address", "[agent]") {
  World world;
  const sip::Agent first(world.root, {.listen = {"udp:0.0.0.0:0"}});
  const auto port = udp_port(first);
  const sip::Agent second(world.root, {.listen = {fmt::format("udp:[::]:{}", port)}});
  for (const sip::Listener& listener : first.listeners()) {
    CHECK(listener.address.port == port);
    CHECK(listener.address.host != "0.0.0.0");
  }
  const auto& sockets = second.listeners();
  CHECK(std::any_of(sockets.begin(), sockets.end(),
                    [](const sip::Listener& listener) { return listener.address.host == "::1"; }));
  CHECK(std::none_of(sockets.begin(), sockets.end(), [](const sip::Listener& listener) {
    return listener.address.host.starts_with("fe80");
  }));
}

TEST_CASE("agent: a request over IPv6 is answered, with a Via it can be told by", "[agent]") {
  World world;
  sip::Agent agent(world.root, {.listen = {"udp:127.0.0.1:0", "udp:[::1]:0"}});
  sip::Agent phone(world.root, {.listen = {"udp:[::1]:0"}});
  std::vector<sip::Request> seen;
  agent.on_request([&](sip::IncomingRequest incoming) {
    seen.push_back(incoming.request());
    std::move(incoming).reply({.status = 200});
  });
  int status = 0;
  const auto uri = sip::Uri::parse(fmt::format("sip:[::1]:{}", agent.listeners()[1].address.port));
  const auto asked =
      phone.send(sip::Method::options, {.target = *uri, .from = {.uri = *uri}, .to = {.uri = *uri}},
                 {}, [&](const sip::Response& response) { status = response.status; });
  REQUIRE(world.until([&] { return status != 0; }));
  CHECK(status == 200);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].flow.peer.host == "::1");
  CHECK(seen[0].flow.peer.port == udp_port(phone));
  CHECK(seen[0].flow.local == agent.listeners()[1].address);
  REQUIRE(seen[0].contacts.size() == 1);
  CHECK(seen[0].contacts[0].uri.host == "[::1]");
}
