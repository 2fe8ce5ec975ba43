// SPDX-License-Identifier: MIT
#pragma once

// Whom a limit or a ban is about when nothing is known but an address: an IPv4 address, or the /64
// of an IPv6 address, since whoever has one address of a /64 has all of them. Eight bytes, compared
// and hashed without allocation.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "os/address.h"

namespace trunkline::guard {

class Source {
 public:
  /// 0.0.0.0
  Source() = default;
  /// An IPv4 address inside IPv6 (::ffff:192.0.2.1) counts as the IPv4 address.
  explicit Source(const os::Address& address) noexcept;
  /// "192.0.2.1", "192.0.2.1:5060", "2001:db8::1", "[2001:db8::1]:5060", "2001:db8::/64".
  static core::Result<Source> parse(std::string_view text);

  bool is_ipv4() const noexcept { return (bits_ >> 32U) == kIpv4; }
  /// The IPv4 address in host order.
  std::uint32_t ipv4() const noexcept { return static_cast<std::uint32_t>(bits_); }
  /// The upper half of the IPv6 address in host order.
  std::uint64_t prefix() const noexcept { return bits_; }
  /// The address itself, or the /64's first.
  os::Address address() const noexcept;
  /// "192.0.2.1", "2001:db8::/64".
  std::string text() const;

  /// Unique for the source: IPv4 lies where IPv6 has multicast, which is nobody's source.
  std::uint64_t bits() const noexcept { return bits_; }
  auto operator<=>(const Source&) const = default;

 private:
  static constexpr std::uint64_t kIpv4 = 0xffff'ffffU;
  std::uint64_t bits_ = kIpv4 << 32U;
};

}  // namespace trunkline::guard

template <>
struct std::hash<trunkline::guard::Source> {
  std::size_t operator()(const trunkline::guard::Source& source) const noexcept {
    return std::hash<std::uint64_t>{}(source.bits());
  }
};
