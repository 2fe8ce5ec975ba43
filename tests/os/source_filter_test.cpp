// SPDX-License-Identifier: MIT
#include "os/source_filter.h"

#include <poll.h>
#include <sys/socket.h>

#include <unistd.h>

#include <catch2/catch.hpp>

#include "os/socket.h"

namespace trunkline::os {
namespace {

core::Result<Fd> udp_at(const std::string& host) {
  return bind_udp(Address::parse_host(host).value());
}

std::uint32_t ipv4(const std::string& host) {
  const auto octets = Address::parse_host(host).value().octets();
  return std::uint32_t{octets[0]} << 24U | std::uint32_t{octets[1]} << 16U |
         std::uint32_t{octets[2]} << 8U | octets[3];
}

/// Whether what `from` sends to `to` arrives. Loopback delivers before send returns.
bool arrives(const Fd& from, const Fd& to) {
  const Address target = local_address(to.get());
  REQUIRE(send_to(from.get(), core::as_bytes("x"), target));
  std::array<char, 8> buffer{};
  return ::recv(to.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0;
}

}  // namespace

TEST_CASE("source filter: the kernel drops what unwanted sources send, and counts it", "[os]") {
  const auto receiver = udp_at("127.0.0.1").value();
  const auto wanted = udp_at("127.0.0.1").value();
  const auto unwanted = udp_at("127.0.0.66").value();
  CHECK(arrives(unwanted, receiver));
  // Of any number: leaves and branches of the tree, and values at its ends.
  for (const std::size_t more : {0U, 1U, 15U, 16U, 17U, 100U, 1'900U}) {
    CAPTURE(more);
    UnwantedSources sources{.ipv4 = {ipv4("127.0.0.66")}};
    for (std::size_t i = 0; i < more; ++i) {
      sources.ipv4.push_back(
          static_cast<std::uint32_t>(i % 2 == 0 ? 0x0a000000U + i * 77 : 0xfffffffeU - i * 77));
    }
    const auto count = drop_from(receiver.get(), sources);
    REQUIRE(count);
    CHECK(*count == more + 1);
    const auto before = socket_queue(receiver.get());
    REQUIRE(before);
    CHECK_FALSE(arrives(unwanted, receiver));
    CHECK(arrives(wanted, receiver));
    CHECK(socket_queue(receiver.get())->drops == before->drops + 1);
  }
  REQUIRE(drop_from(receiver.get(), {}));
  CHECK(arrives(unwanted, receiver));
  REQUIRE(drop_from(receiver.get(), {}));
}

TEST_CASE("source filter: an IPv6 source is its /64", "[os]") {
  const auto receiver = bind_udp(Address::loopback({}, Family::ipv6)).value();
  const auto sender = bind_udp(Address::loopback({}, Family::ipv6)).value();
  REQUIRE(drop_from(receiver.get(), {.ipv6_64 = {0x2001'0db8'0000'0001U}}));
  CHECK(arrives(sender, receiver));
  REQUIRE(drop_from(receiver.get(), {.ipv6_64 = {0x2001'0db8'0000'0001U, 0}}));
  CHECK_FALSE(arrives(sender, receiver));
  // A filter of IPv4 addresses does not touch IPv6.
  REQUIRE(drop_from(receiver.get(), {.ipv4 = {0}}));
  CHECK(arrives(sender, receiver));
}

TEST_CASE("source filter: a listening TCP socket does not hear them knock", "[os]") {
  const auto listener = listen_tcp(Address::loopback()).value();
  const Address address = local_address(listener.get());
  REQUIRE(drop_from(listener.get(), {.ipv4 = {ipv4("127.0.0.1")}}));
  CHECK_FALSE(connect_tcp(address, core::Milliseconds(300)));
  REQUIRE(drop_from(listener.get(), {}));
  CHECK(connect_tcp(address, core::Seconds(5)));
}

TEST_CASE("source filter: programs are bounded whatever is asked", "[os]") {
  UnwantedSources many;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    many.ipv4.push_back(i * 3);
    many.ipv6_64.push_back(i);
  }
  constexpr std::size_t kKernelMost = 4096;
  CHECK(filter_program(many).size() <= kKernelMost);
  const auto socket = udp_at("127.0.0.1").value();
  const auto count = drop_from(socket.get(), many);
  REQUIRE(count);
  CHECK(*count > 500);
}

TEST_CASE("source filter: sockets are found by what they are bound to", "[os]") {
  const auto udp = udp_at("127.0.0.1").value();
  const auto tcp = listen_tcp(Address::loopback()).value();
  CHECK(sockets_at(Transport::udp, local_address(udp.get())) == std::vector<int>{udp.get()});
  CHECK(sockets_at(Transport::tcp, local_address(tcp.get())) == std::vector<int>{tcp.get()});
  CHECK(sockets_at(Transport::tcp, local_address(udp.get())).empty());
  // A second descriptor is no second socket.
  const Fd again(::dup(udp.get()));
  CHECK(sockets_at(Transport::udp, local_address(udp.get())).size() == 1);
}

}  // namespace trunkline::os
