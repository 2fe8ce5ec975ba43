// SPDX-License-Identifier: MIT
#pragma once

// IP addresses with a port as small values (28 bytes, no allocation): what a socket is bound to,
// where a packet came from, what an allow list admits. No names, no DNS: text is always numeric.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/strong.h"

namespace trunkline::os {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// A kernel address ready for bind(), connect() and sendto().
struct RawAddress {
  union {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
  };
  socklen_t length;
};

class Address {
 public:
  /// 0.0.0.0:0
  Address() = default;

  /// "127.0.0.1:5060" or "[::1]:5060"; port 0 is allowed (any port).
  static core::Result<Address> parse(std::string_view text);
  /// "127.0.0.1", "::1" or "[::1]", without a port.
  static core::Result<Address> parse_host(std::string_view host, core::Port port = {});
  static Address any(Family family, core::Port port = {});
  static Address loopback(core::Port port = {}, Family family = Family::ipv4);
  /// What the kernel filled in; nothing for other families.
  static std::optional<Address> from_raw(const sockaddr& raw, socklen_t length);

  Family family() const noexcept { return family_; }
  core::Port port() const noexcept { return port_; }
  [[nodiscard]] Address with_port(core::Port port) const;

  /// "127.0.0.1", "::1" (no brackets, a link-local scope as %2).
  std::string host() const;
  /// "127.0.0.1:5060", "[::1]:5060".
  std::string text() const;

  bool is_loopback() const noexcept;
  /// 0.0.0.0 or ::
  bool is_any() const noexcept;
  bool is_multicast() const noexcept;
  /// fe80::/10: of use only together with an interface.
  bool is_link_local() const noexcept;
  bool has_host_of(const Address& other) const noexcept;

  RawAddress raw() const noexcept;
  /// The 4 or 16 octets in network order live at the front; the rest is zero.
  const std::array<std::uint8_t, 16>& octets() const noexcept { return octets_; }

  auto operator<=>(const Address&) const = default;

 private:
  Family family_ = Family::ipv4;
  std::array<std::uint8_t, 16> octets_{};
  std::uint32_t scope_ = 0;  ///< interface index of a link-local IPv6 address
  core::Port port_{};
};

/// A prefix: "127.0.0.0/8", "fe80::/10"; a bare host is the whole address.
class Network {
 public:
  static core::Result<Network> parse(std::string_view text);
  bool contains(const Address& address) const noexcept;
  Family family() const noexcept { return base_.family(); }
  unsigned prefix_bits() const noexcept { return prefix_bits_; }
  std::string text() const;
  auto operator<=>(const Network&) const = default;

 private:
  Address base_;
  unsigned prefix_bits_ = 0;
};

enum class Transport : std::uint8_t { udp, tcp };
std::string_view name_of(Transport transport);

/// What a daemon listens on, as the configuration writes it: "udp:0.0.0.0:5060".
struct Endpoint {
  Transport transport = Transport::udp;
  Address address;

  static core::Result<Endpoint> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace trunkline::os

template <>
struct std::hash<trunkline::os::Address> {
  std::size_t operator()(const trunkline::os::Address& address) const noexcept;
};
