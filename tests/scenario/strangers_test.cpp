// SPDX-License-Identifier: MIT

// What strangers send: RTP into others' calls, garbage at every port. It reaches no call and ends
// no daemon.

#include <random>

#include "audio/g711.h"
#include "os/socket.h"
#include "scenario/two_phones.h"
#include "support/tone.h"

namespace trunkline::test {
namespace {

using core::Milliseconds;
using core::Seconds;

constexpr double kStrangerTone = 2310.0;
constexpr std::size_t kFrame = 160;

os::Fd loopback_socket() {
  return core::value_or_throw(os::bind_udp(os::Address::loopback()));
}

/// An RTP packet of 20 ms of the stranger's tone.
std::string rtp_packet(std::uint16_t sequence, const std::string& ssrc) {
  std::string packet("\x80\x00", 2);
  packet += {static_cast<char>(sequence >> 8U), static_cast<char>(sequence & 0xffU)};
  const std::uint32_t timestamp = sequence * static_cast<std::uint32_t>(kFrame);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    packet += static_cast<char>((timestamp >> shift) & 0xffU);
  }
  packet += ssrc;
  for (const auto sample : make_tone(kStrangerTone, kFrame, 16000.0)) {
    packet += std::to_integer<char>(audio::encode_mulaw(sample));
  }
  return packet;
}

std::vector<core::Port> relay_ports(const Exchange& exchange) {
  std::vector<core::Port> ports;
  const auto session = exchange.ask_recorderd("session.list").at(0);
  for (const auto& leg : session.at("legs")) {
    ports.emplace_back(static_cast<std::uint16_t>(core::number_at(leg, "port")));
  }
  return ports;
}

TEST_CASE("strangers: their RTP reaches neither a call nor its recording", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  phones.talk(Milliseconds(500));
  const auto ports = relay_ports(exchange);
  REQUIRE(ports.size() == 2);
  const auto stranger = loopback_socket();
  std::mt19937 random(4711);
  for (std::uint16_t i = 0; i < 100; ++i) {
    for (const auto port : ports) {
      REQUIRE(port.value() != 0);
      // A voice, garbage, and garbage for RTCP, each as often as a phone speaks.
      std::string garbage(random() % 1400, '\0');
      for (char& byte : garbage) byte = static_cast<char>(random());
      const os::Address media = os::Address::loopback(port);
      CHECK(os::send_to(stranger.get(), core::as_bytes(rtp_packet(i, "EVIL")), media));
      (void)os::send_to(stranger.get(), core::as_bytes(garbage), media);
      const auto rtcp = static_cast<std::uint16_t>(port.value() + 1);
      (void)os::send_to(stranger.get(), core::as_bytes(garbage),
                        os::Address::loopback(core::Port(rtcp)));
    }
    phones.talk(Milliseconds(20));
  }
  const auto session = exchange.ask_recorderd("session.list").at(0);
  INFO(core::to_line(session));
  for (const auto& leg : session.at("legs")) CHECK(core::number_at(leg, "packets_refused") >= 100);
  phones.hang_up();

  const auto recording = wait_for_recording(exchange, "complete");
  const auto file = played(exchange, core::text_at(recording, "recording"));
  for (const auto& [channel, tone] : {std::pair{0, kCallerTone}, std::pair{1, kCalledTone}}) {
    const auto sound = read_channel(file, static_cast<std::uint16_t>(channel));
    CHECK(sound.loudest(kStrangerTone) < 0.2 * sound.loudest(tone));
    CHECK(sound.heard_for(kStrangerTone) == Milliseconds(0));
    CHECK(sound.heard_for(tone) >= Milliseconds(1500));
  }
  phones.caller().stop();
  phones.called().stop();
  REQUIRE(phones.caller().heard());
  REQUIRE(phones.called().heard());
  CHECK(read_channel(*phones.caller().heard()).heard_for(kStrangerTone) == Milliseconds(0));
  CHECK(read_channel(*phones.called().heard()).heard_for(kStrangerTone) == Milliseconds(0));
}

std::string invite_with(const std::string& headers, const std::string& body = "") {
  return "INVITE sip:102@exchange.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\n"
         "From: <sip:alice@exchange.test>;tag=x\r\nTo: <sip:102@exchange.test>\r\nCall-ID: x\r\n"
         "CSeq: 1 INVITE\r\nContact: <sip:alice@127.0.0.1:9>\r\nMax-Forwards: 70\r\n" +
         headers + "\r\n" + body;
}

std::string repeated(std::string_view what, std::size_t times) {
  std::string text;
  while (times-- > 0) text += what;
  return text;
}

std::vector<std::string> hostile_sip() {
  std::vector<std::string> messages = {
      "",
      "\r\n\r\n",
      std::string(1000, '\0'),
      "INVITE",
      "SIP/2.0 200 OK\r\n\r\n",
      "SIP/2.0 99999999999 \r\nVia: x\r\n\r\n",
      invite_with("Content-Length: -1\r\n"),
      invite_with("Content-Length: 4294967296\r\n", "v=0\r\n"),
      invite_with("Content-Length: 99999999999999999999\r\n"),
      invite_with("CSeq: 4294967296 INVITE\r\nCSeq: 1 BYE\r\n"),
      invite_with("Authorization: Digest " + std::string(20'000, '"') + "\r\n"),
      invite_with("Authorization: Digest " + repeated("username=\"alice\",", 1'000) + "\r\n"),
      invite_with(repeated("Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKy\r\n", 500)),
      invite_with(repeated("Contact: <sip:a@127.0.0.1:9>\r\n", 1'000)),
      invite_with("Subject: " + std::string(50'000, 'x') + "\r\n"),
      invite_with("Content-Type: application/sdp\r\nContent-Length: 60000\r\n",
                  "v=0\r\n" + repeated("m=audio 1 RTP/AVP 0\r\n", 2'800)),
      "REGISTER sip:exchange.test SIP/2.0\r\n" + std::string(60'000, 'A'),
  };
  const std::string good = invite_with("Content-Length: 0\r\n");
  for (std::size_t cut = 0; cut < good.size(); cut += 7) messages.push_back(good.substr(0, cut));
  std::mt19937 random(4712);
  for (int i = 0; i < 300; ++i) {
    std::string changed = good;
    for (unsigned n = 0; n < 1 + random() % 8; ++n) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    messages.push_back(std::move(changed));
  }
  return messages;
}

std::vector<std::string> hostile_ng() {
  const std::string good = "c1 d7:command4:ping7:call-id3:abce";
  std::vector<std::string> messages = {
      "",
      " ",
      "cookie",
      "c d",
      "c " + std::string(60'000, 'd'),
      "c " + std::string(60'000, 'l'),
      "c d7:command99999999999999999999:ping"
      "e",
      "c d7:command4294967295:ping"
      "e",
      "c i" + std::string(5'000, '9') + "e",
      "c d7:command5:offere",
      "c d7:command5:offer7:call-id0:8:from-tag0:3:sdp0:e",
      "c d7:command6:delete7:call-id3:abce",
      "c d7:command15:start recording7:call-id3:abce",
      std::string(60'000, 'x') + " d7:command4:pinge",
  };
  std::mt19937 random(4713);
  for (int i = 0; i < 300; ++i) {
    std::string changed = good;
    for (unsigned n = 0; n < 1 + random() % 6; ++n) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    messages.push_back(std::move(changed));
  }
  return messages;
}

/// Over UDP as datagrams; over TCP as a connection each, and one that never ends a message.
void bombard(const os::Address& target, const std::vector<std::string>& messages) {
  const auto socket = loopback_socket();
  for (const auto& message : messages) {
    (void)os::send_to(socket.get(), core::as_bytes(message), target);
    const auto connection = os::connect_tcp(target, Seconds(5));
    if (!connection) continue;
    (void)::send(connection->get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  const auto endless = core::value_or_throw(os::connect_tcp(target, Seconds(5)));
  const std::string chunk(64 * 1024, 'x');
  for (int i = 0; i < 1'000; ++i) {
    if (::send(endless.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
      if (errno != EAGAIN) break;  // cut off
      std::this_thread::sleep_for(Milliseconds(1));
    }
  }
}

TEST_CASE("strangers: garbage at SIP and NG ends no daemon and no call", "[scenario]") {
  Exchange exchange;
  TwoPhones phones(exchange);
  phones.call();
  const auto sipd = exchange.sipd().pid();
  const auto recorderd = exchange.recorderd().pid();
  bombard(os::Address::loopback(exchange.sip_port()), hostile_sip());
  bombard(os::Address::loopback(exchange.ng_port()), hostile_ng());

  CHECK(exchange.ask_sipd("call.list").size() == 1);
  CHECK(exchange.ask_recorderd("session.list").size() == 1);
  phones.hang_up();
  phones.whole_call();
  CHECK(exchange.sipd().is_running());
  CHECK(exchange.recorderd().is_running());
  CHECK(exchange.sipd().pid() == sipd);
  CHECK(exchange.recorderd().pid() == recorderd);
  CHECK(core::number_at(exchange.ask_sipd("status").at(0).at("sip"), "malformed") > 0);
  CHECK(core::number_at(exchange.ask_recorderd("status").at(0).at("ng"), "malformed") > 0);
  CHECK(exchange.sipd().resident_kib() < 150 * 1024);
  CHECK(exchange.recorderd().resident_kib() < 150 * 1024);
  CHECK(ledger_calls(exchange).size() == 2);
  CHECK(exchange.sipd().stop().is_success());
  CHECK(exchange.recorderd().stop().is_success());
}

}  // namespace
}  // namespace trunkline::test
