// SPDX-License-Identifier: MIT

// What sipd answers to the messages of RFC 4475 and RFC 5118, each from an address of its own.

#include <fmt/format.h>
#include <poll.h>

#include "os/socket.h"
#include "scenario/two_phones.h"
#include "sip/torture.h"

namespace trunkline::test {
namespace {

constexpr std::string_view kProof = "the-message-before-this-has-been-seen";

/// The next datagram; "" where none comes in time.
std::string next_datagram(int socket, core::Milliseconds timeout) {
  pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0) return {};
  std::string datagram(65536, '\0');
  const ssize_t size = ::recv(socket, datagram.data(), datagram.size(), 0);
  datagram.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return datagram;
}

/// The status of the final answer, or "silence" where an OPTIONS sent later is answered first and
/// nothing is expected.
std::string answer_to(const sip_test::Torture& row, const os::Address& sipd) {
  const os::Fd socket = core::value_or_throw(os::bind_udp(os::Address::loopback()));
  REQUIRE(os::send_to(socket.get(), core::as_bytes(row.message), sipd));
  const std::string proof = fmt::format(
      "OPTIONS sip:exchange.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKproof\r\n"
      "From: <sip:x@exchange.test>;tag=x\r\nTo: <sip:exchange.test>\r\nCall-ID: {}\r\n"
      "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
      kProof);
  REQUIRE(os::send_to(socket.get(), core::as_bytes(proof), sipd));
  bool is_proven = false;
  std::string status;
  while (!is_proven || (status.empty() && row.sipd != "silence")) {
    const std::string answer = next_datagram(socket.get(), kWait);
    if (answer.size() < 12) return "no answer";
    if (answer.find(kProof) != std::string::npos) {
      is_proven = true;
    } else if (answer.at(8) != '1') {
      status = answer.substr(8, 3);
    }
  }
  return status.empty() ? "silence" : status;
}

TEST_CASE("torture: sipd answers the messages of RFC 4475 and 5118 as they say",
          "[scenario][torture]") {
  const Exchange exchange;
  REQUIRE(wait_until(
      [&] { return core::number_at(exchange.ask_sipd("status").at(0), "directory_version") > 0; },
      kWait));
  const auto rows = sip_test::torture_messages();
  REQUIRE(rows.size() == 60);
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(answer_to(row, os::Address::loopback(exchange.sip_port())) == row.sipd);
  }
  CHECK(exchange.ask_sipd("status").at(0).at("calls_open") == 0);
}

}  // namespace
}  // namespace trunkline::test
