// SPDX-License-Identifier: MIT
#pragma once

// Internet sockets. Every socket made here is close-on-exec and non-blocking; IPv6 sockets take
// IPv6 only. A refused bind or connect is a fault, running out of descriptors too.

#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"
#include "os/address.h"
#include "os/fd.h"

namespace trunkline::os {

struct UdpOptions {
  /// SO_RCVBUF and SO_SNDBUF; 0 keeps the system's default. The kernel may grant less.
  core::ByteCount receive_buffer{0};
  core::ByteCount send_buffer{0};
};

/// Port 0 takes any free port; local_address() tells which.
[[nodiscard]] core::Result<Fd> bind_udp(const Address& address, const UdpOptions& options = {});
/// SO_REUSEADDR is set, so that a restart does not wait for TIME_WAIT.
[[nodiscard]] core::Result<Fd> listen_tcp(const Address& address, int backlog = 512);
/// Waits until connected; for tools and tests, not for a loop's thread.
[[nodiscard]] core::Result<Fd> connect_tcp(const Address& address, core::Milliseconds timeout);
/// Begins to connect and returns: writable means done, connect_result() says how it went.
[[nodiscard]] core::Result<Fd> start_connect_tcp(const Address& address);
[[nodiscard]] core::Result<void> connect_result(int socket, const Address& address);

struct Accepted {
  Fd socket;
  Address peer;
};
/// The next waiting connection, or nothing when none is left (or when it was already gone).
[[nodiscard]] core::Result<std::optional<Accepted>> accept_tcp(int listener);

/// Throws core::Error when the descriptor is not an internet socket.
Address local_address(int socket);
/// Nothing while not connected.
std::optional<Address> peer_address(int socket);

/// Fixes the peer of a UDP socket: others' datagrams no longer arrive, and send() needs no address.
[[nodiscard]] core::Result<void> connect_udp(int socket, const Address& peer);

/// A second socket at the address of `socket`, connected to `peer`: what the peer sends arrives
/// there from now on, what anybody else sends stays with `socket`. Sending to one peer costs a
/// third less this way, and nobody is turned away unseen. What came before it was connected may be
/// from anyone: look at each sender. Nobody else can bind to the address, neither before nor
/// afterwards.
[[nodiscard]] core::Result<Fd> connect_beside(int socket, const Address& peer);

struct Datagram {
  std::size_t size = 0;  ///< bytes in the buffer
  Address from;
  bool is_cut = false;  ///< it was longer than the buffer
};
/// One datagram, or nothing when none waits. Errors that an earlier send left on the socket (ICMP
/// unreachable) are skipped.
std::optional<Datagram> receive_from(int socket, std::span<std::byte> buffer);
/// The same, but the datagram stays where it is: the next to receive, or to discard().
std::optional<Datagram> peek_from(int socket, std::span<std::byte> buffer);
void discard(int socket) noexcept;
/// receive_from() for a connected socket, whose sender is known.
struct Arrived {
  std::size_t size = 0;
  bool is_cut = false;
};
std::optional<Arrived> receive_connected(int socket, std::span<std::byte> buffer);
/// False when the kernel did not take it; errno says why.
bool send_to(int socket, core::ByteView bytes, const Address& to);
/// The same from a connected socket, to its peer.
bool send_connected(int socket, core::ByteView bytes);

struct BufferSizes {
  core::ByteCount receive;
  core::ByteCount send;
};
/// What the kernel granted, in bytes of payload (it books twice as much).
BufferSizes buffer_sizes(int socket);

}  // namespace trunkline::os
