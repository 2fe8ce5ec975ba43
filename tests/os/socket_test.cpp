// SPDX-License-Identifier: MIT
#include "os/socket.h"

#include <poll.h>

#include <array>
#include <catch2/catch.hpp>

namespace trunkline::os {
namespace {

using std::chrono_literals::operator""ms;

const Address kAnyPort = Address::loopback();

void wait_readable(int socket) {
  pollfd waited{socket, POLLIN, 0};
  REQUIRE(::poll(&waited, 1, 5000) == 1);
}

TEST_CASE("udp: a datagram arrives whole, with its sender", "[os]") {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto receiver = bind_udp(Address::loopback({}, family));
    const auto sender = bind_udp(Address::loopback({}, family));
    REQUIRE(receiver);
    REQUIRE(sender);
    std::array<std::byte, 4> buffer{};
    CHECK_FALSE(receive_from(receiver->get(), buffer));

    REQUIRE(send_to(sender->get(), core::as_bytes("abc"), local_address(receiver->get())));
    wait_readable(receiver->get());
    CHECK(peek_from(receiver->get(), buffer)->size == 3);
    const auto datagram = receive_from(receiver->get(), buffer);
    REQUIRE(datagram);
    CHECK(core::as_text(core::ByteView(buffer).first(datagram->size)) == "abc");
    CHECK(datagram->from == local_address(sender->get()));
    CHECK_FALSE(datagram->is_cut);

    REQUIRE(send_to(sender->get(), core::as_bytes("abcdef"), local_address(receiver->get())));
    wait_readable(receiver->get());
    CHECK(peek_from(receiver->get(), buffer)->is_cut);
    discard(receiver->get());
    CHECK_FALSE(receive_from(receiver->get(), buffer));
  }
}

TEST_CASE("udp: a socket beside another takes what the peer sends, the other one all else",
          "[os]") {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto open = bind_udp(Address::loopback({}, family));
    const auto peer = bind_udp(Address::loopback({}, family));
    const auto stranger = bind_udp(Address::loopback({}, family));
    const Address address = local_address(open->get());
    auto beside = connect_beside(open->get(), local_address(peer->get()));
    REQUIRE(beside);
    CHECK(local_address(beside->get()) == address);
    CHECK_FALSE(bind_udp(address));

    std::array<std::byte, 4> buffer{};
    REQUIRE(send_to(peer->get(), core::as_bytes("p"), address));
    REQUIRE(send_to(stranger->get(), core::as_bytes("s"), address));
    wait_readable(beside->get());
    wait_readable(open->get());
    CHECK(receive_from(beside->get(), buffer)->from == local_address(peer->get()));
    CHECK(receive_from(open->get(), buffer)->from == local_address(stranger->get()));
    CHECK_FALSE(receive_from(beside->get(), buffer));
    CHECK_FALSE(receive_from(open->get(), buffer));

    REQUIRE(send_connected(beside->get(), core::as_bytes("b")));
    wait_readable(peer->get());
    CHECK(receive_from(peer->get(), buffer)->from == address);

    beside->reset();
    REQUIRE(send_to(peer->get(), core::as_bytes("p"), address));
    wait_readable(open->get());
    CHECK(receive_from(open->get(), buffer)->from == local_address(peer->get()));
  }
}

TEST_CASE("udp: a connected socket sends again once its peer is back", "[os]") {
  const auto open = bind_udp(kAnyPort);
  auto peer = bind_udp(kAnyPort);
  const Address address = local_address(peer->get());
  const auto beside = connect_beside(open->get(), address);
  REQUIRE(beside);
  peer->reset();
  REQUIRE(send_connected(beside->get(), core::as_bytes("lost")));  // unreachable comes back
  peer = bind_udp(address);
  REQUIRE(peer);
  REQUIRE(send_connected(beside->get(), core::as_bytes("x")));
  wait_readable(peer->get());
  std::array<std::byte, 4> buffer{};
  CHECK(receive_from(peer->get(), buffer)->size == 1);
}

TEST_CASE("udp: the error of an earlier send does not hide a datagram", "[os]") {
  const auto socket = bind_udp(kAnyPort);
  const auto other = bind_udp(kAnyPort);
  REQUIRE(socket);
  REQUIRE(other);
  auto gone = bind_udp(kAnyPort);
  const Address closed_port = local_address(gone->get());
  gone->reset();
  REQUIRE(connect_udp(socket->get(), closed_port));
  // The port unreachable comes back at once on loopback.
  REQUIRE(send_to(socket->get(), core::as_bytes("x"), closed_port));
  REQUIRE(connect_udp(socket->get(), local_address(other->get())));
  REQUIRE(send_to(other->get(), core::as_bytes("y"), local_address(socket->get())));
  wait_readable(socket->get());
  std::array<std::byte, 4> buffer{};
  CHECK(receive_from(socket->get(), buffer)->size == 1);
}

TEST_CASE("udp: a connected socket hears its peer only", "[os]") {
  const auto socket = bind_udp(kAnyPort);
  const auto peer = bind_udp(kAnyPort);
  const auto stranger = bind_udp(kAnyPort);
  REQUIRE(connect_udp(socket->get(), local_address(peer->get())));
  CHECK(peer_address(socket->get()) == local_address(peer->get()));
  REQUIRE(send_to(stranger->get(), core::as_bytes("no"), local_address(socket->get())));
  REQUIRE(send_to(peer->get(), core::as_bytes("yes"), local_address(socket->get())));
  wait_readable(socket->get());
  std::array<std::byte, 8> buffer{};
  CHECK(receive_from(socket->get(), buffer)->size == 3);
  CHECK_FALSE(receive_from(socket->get(), buffer));
}

TEST_CASE("udp: a port in use is a fault that says how to find who has it", "[os]") {
  const auto socket = bind_udp(kAnyPort);
  const Address taken = local_address(socket->get());
  const auto second = bind_udp(taken);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == core::ExitCode::unavailable);
  CHECK(second.error().message == "cannot bind udp " + taken.text() + ": address already in use");
  CHECK(second.error().hint ==
        "see who has it: ss -lnp 'sport = :" + std::to_string(taken.port().value()) + "'");
}

TEST_CASE("udp: buffers are as large as asked for, within the system's limit", "[os]") {
  const auto socket = bind_udp(
      kAnyPort, {.receive_buffer = core::ByteCount{65536}, .send_buffer = core::ByteCount{32768}});
  REQUIRE(socket);
  CHECK(buffer_sizes(socket->get()).receive == core::ByteCount{65536});
  CHECK(buffer_sizes(socket->get()).send == core::ByteCount{32768});
}

TEST_CASE("tcp: both ends see each other's address", "[os]") {
  const auto listener = listen_tcp(kAnyPort);
  REQUIRE(listener);
  CHECK_FALSE(*accept_tcp(listener->get()));
  const auto client = connect_tcp(local_address(listener->get()), 2000ms);
  REQUIRE(client);
  wait_readable(listener->get());
  const auto accepted = accept_tcp(listener->get());
  REQUIRE(accepted);
  REQUIRE(*accepted);
  CHECK((*accepted)->peer == local_address(client->get()));
  CHECK(peer_address(client->get()) == local_address(listener->get()));
}

TEST_CASE("tcp: a refused connection is a fault", "[os]") {
  auto listener = listen_tcp(kAnyPort);
  const Address address = local_address(listener->get());
  listener->reset();
  const auto client = connect_tcp(address, 2000ms);
  REQUIRE_FALSE(client);
  CHECK(client.error().code == core::ExitCode::unavailable);
  CHECK(client.error().message ==
        "cannot connect to tcp " + address.text() + ": connection refused");
}

TEST_CASE("tcp: a peer that does not answer is given up in time", "[os]") {
  // A backlog of one that nobody empties: the kernel drops further connections.
  const auto listener = listen_tcp(kAnyPort, 0);
  const Address address = local_address(listener->get());
  std::vector<Fd> waiting;
  for (int i = 0; i < 4; ++i) {
    auto client = start_connect_tcp(address);
    REQUIRE(client);
    waiting.push_back(std::move(*client));
  }
  const auto late = connect_tcp(address, 50ms);
  REQUIRE_FALSE(late);
  CHECK(late.error().message ==
        "cannot connect to tcp " + address.text() + ": connection timed out");
}

}  // namespace
}  // namespace trunkline::os
