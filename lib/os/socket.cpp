// SPDX-License-Identifier: MIT
#include "os/socket.h"

#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>

#include "os/system_fault.h"

namespace trunkline::os {
namespace {

constexpr int kOn = 1;
/// An ICMP error of an earlier send is reported once in place of a datagram: look again, but not
/// for ever under a storm of them.
constexpr int kReceiveAttempts = 16;

int domain_of(const Address& address) {
  return address.family() == Family::ipv4 ? AF_INET : AF_INET6;
}

core::Result<Fd> open_socket(const Address& address, int type, std::string_view what) {
  Fd socket(::socket(domain_of(address), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return system_failure(what, errno);
  if (address.family() == Family::ipv6)
    (void)::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &kOn, sizeof kOn);
  return socket;
}

void set_buffer(int socket, int option, core::ByteCount size) {
  if (size.value() == 0) return;
  const int bytes = static_cast<int>(std::min<std::uint64_t>(size.value(), INT32_MAX));
  // The kernel caps it silently; buffer_sizes() tells what was granted.
  (void)::setsockopt(socket, SOL_SOCKET, option, &bytes, sizeof bytes);
}

std::string hint_for_bind(int error_number, const Address& address) {
  if (error_number == EADDRINUSE)
    return "see who has it: ss -lnp 'sport = :" + std::to_string(address.port().value()) + "'";
  if (error_number == EADDRNOTAVAIL) return "this host does not have it; see ip address";
  if (error_number == EACCES) return "ports below 1024 need CAP_NET_BIND_SERVICE";
  return {};
}

/// While it is on, another socket that has it on, too, can be bound to the same address.
bool share_address(int socket, bool is_shared) {
  const int value = is_shared ? 1 : 0;
  return ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value) == 0;
}

core::ByteCount granted(int socket, int option) {
  int bytes = 0;
  socklen_t length = sizeof bytes;
  if (::getsockopt(socket, SOL_SOCKET, option, &bytes, &length) != 0)
    throw system_error("read a socket's buffer size", errno);
  // socket(7): the kernel doubles the value for its own bookkeeping.
  return core::ByteCount(static_cast<std::uint64_t>(bytes) / 2);
}

}  // namespace

core::Result<Fd> bind_udp(const Address& address, const UdpOptions& options) {
  const std::string what = "bind udp " + address.text();
  auto socket = open_socket(address, SOCK_DGRAM, what);
  if (!socket) return socket;
  set_buffer(socket->get(), SO_RCVBUF, options.receive_buffer);
  set_buffer(socket->get(), SO_SNDBUF, options.send_buffer);
  const RawAddress raw = address.raw();
  if (::bind(socket->get(), &raw.any, raw.length) != 0)
    return system_failure(what, errno, hint_for_bind(errno, address));
  return socket;
}

core::Result<Fd> listen_tcp(const Address& address, int backlog) {
  const std::string what = "listen on tcp " + address.text();
  auto socket = open_socket(address, SOCK_STREAM, what);
  if (!socket) return socket;
  (void)::setsockopt(socket->get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  const RawAddress raw = address.raw();
  if (::bind(socket->get(), &raw.any, raw.length) != 0 || ::listen(socket->get(), backlog) != 0)
    return system_failure(what, errno, hint_for_bind(errno, address));
  return socket;
}

core::Result<Fd> start_connect_tcp(const Address& address) {
  const std::string what = "connect to tcp " + address.text();
  auto socket = open_socket(address, SOCK_STREAM, what);
  if (!socket) return socket;
  // Requests and replies are small and waited for: Nagle would hold each back for an ACK.
  (void)::setsockopt(socket->get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  const RawAddress raw = address.raw();
  if (::connect(socket->get(), &raw.any, raw.length) != 0 && errno != EINPROGRESS)
    return system_failure(what, errno);
  return socket;
}

core::Result<void> connect_result(int socket, const Address& address) {
  int error_number = 0;
  socklen_t length = sizeof error_number;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error_number, &length) != 0) error_number = errno;
  if (error_number != 0) return system_failure("connect to tcp " + address.text(), error_number);
  return {};
}

core::Result<Fd> connect_tcp(const Address& address, core::Milliseconds timeout) {
  auto socket = start_connect_tcp(address);
  if (!socket) return socket;
  const core::SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  pollfd waited{socket->get(), POLLOUT, 0};
  for (;;) {
    const auto left =
        std::chrono::ceil<core::Milliseconds>(deadline - std::chrono::steady_clock::now());
    const int count = ::poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) break;
    if (count == 0) return system_failure("connect to tcp " + address.text(), ETIMEDOUT);
    if (errno != EINTR) return system_failure("connect to tcp " + address.text(), errno);
  }
  if (const auto connected = connect_result(socket->get(), address); !connected)
    return tl::unexpected(connected.error());
  return socket;
}

core::Result<std::optional<Accepted>> accept_tcp(int listener) {
  RawAddress raw{};
  raw.length = sizeof raw.ipv6;
  Fd socket(::accept4(listener, &raw.any, &raw.length, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) {
    // accept(2): these are about the connection that died in the queue, not about us.
    const bool is_gone = errno == ECONNABORTED || errno == EINTR || errno == EPROTO ||
                         errno == ENETDOWN || errno == EHOSTUNREACH || errno == ENETUNREACH;
    if (errno == EAGAIN || is_gone) return std::nullopt;
    return system_failure("accept a connection", errno);
  }
  const auto peer = Address::from_raw(raw.any, raw.length);
  if (!peer) return std::nullopt;
  (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  return Accepted{std::move(socket), *peer};
}

Address local_address(int socket) {
  RawAddress raw{};
  raw.length = sizeof raw.ipv6;
  if (::getsockname(socket, &raw.any, &raw.length) != 0)
    throw system_error("read a socket's own address", errno);
  const auto address = Address::from_raw(raw.any, raw.length);
  if (!address) throw system_error("read a socket's own address", EAFNOSUPPORT);
  return *address;
}

std::optional<Address> peer_address(int socket) {
  RawAddress raw{};
  raw.length = sizeof raw.ipv6;
  if (::getpeername(socket, &raw.any, &raw.length) != 0) return std::nullopt;
  return Address::from_raw(raw.any, raw.length);
}

core::Result<void> connect_udp(int socket, const Address& peer) {
  const RawAddress raw = peer.raw();
  if (::connect(socket, &raw.any, raw.length) != 0)
    return system_failure("fix the peer " + peer.text() + " of a udp socket", errno);
  return {};
}

core::Result<Fd> connect_beside(int socket, const Address& peer) {
  const std::string what = "connect a second udp socket to " + peer.text();
  RawAddress own{};
  own.length = sizeof own.ipv6;
  if (::getsockname(socket, &own.any, &own.length) != 0) return system_failure(what, errno);
  auto beside = open_socket(peer, SOCK_DGRAM, what);
  if (!beside) return beside;
  const RawAddress raw = peer.raw();
  const bool is_bound = share_address(socket, true) && share_address(beside->get(), true) &&
                        ::bind(beside->get(), &own.any, own.length) == 0;
  const int error_number = errno;
  (void)share_address(socket, false);  // where it could not be switched on, it is off
  if (!is_bound) return system_failure(what, error_number);
  if (::connect(beside->get(), &raw.any, raw.length) != 0) return system_failure(what, errno);
  return beside;
}

namespace {

std::optional<Datagram> next_from(int socket, std::span<std::byte> buffer, int flags) {
  for (int attempt = 0; attempt < kReceiveAttempts; ++attempt) {
    RawAddress raw{};
    raw.length = sizeof raw.ipv6;
    const ssize_t size = ::recvfrom(socket, buffer.data(), buffer.size(),
                                    flags | MSG_TRUNC | MSG_DONTWAIT, &raw.any, &raw.length);
    if (size < 0) {
      if (errno == EAGAIN) return std::nullopt;
      continue;
    }
    const auto from = Address::from_raw(raw.any, raw.length);
    if (!from) continue;
    const auto whole = static_cast<std::size_t>(size);
    return Datagram{std::min(whole, buffer.size()), *from, whole > buffer.size()};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Datagram> receive_from(int socket, std::span<std::byte> buffer) {
  return next_from(socket, buffer, 0);
}

std::optional<Datagram> peek_from(int socket, std::span<std::byte> buffer) {
  return next_from(socket, buffer, MSG_PEEK);
}

void discard(int socket) noexcept {
  (void)::recv(socket, nullptr, 0, MSG_DONTWAIT);
}

std::optional<Arrived> receive_connected(int socket, std::span<std::byte> buffer) {
  for (int attempt = 0; attempt < kReceiveAttempts; ++attempt) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EAGAIN) return std::nullopt;
      continue;
    }
    const auto whole = static_cast<std::size_t>(size);
    return Arrived{std::min(whole, buffer.size()), whole > buffer.size()};
  }
  return std::nullopt;
}

bool send_to(int socket, core::ByteView bytes, const Address& to) {
  const RawAddress raw = to.raw();
  const ssize_t sent = ::sendto(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                &raw.any, raw.length);
  return sent >= 0 && static_cast<std::size_t>(sent) == bytes.size();
}

bool send_connected(int socket, core::ByteView bytes) {
  // An ICMP error of an earlier datagram is reported once in place of sending this one.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
    if (errno == EAGAIN || errno == ENOBUFS) return false;
  }
  return false;
}

BufferSizes buffer_sizes(int socket) {
  return {granted(socket, SO_RCVBUF), granted(socket, SO_SNDBUF)};
}

}  // namespace trunkline::os
