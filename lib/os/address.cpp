// SPDX-License-Identifier: MIT
#include "os/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

#include "core/text.h"

namespace trunkline::os {
namespace {

constexpr std::size_t kIpv4Octets = 4;
constexpr std::size_t kIpv6Octets = 16;

tl::unexpected<core::Fault> unreadable(std::string_view text, std::string_view why) {
  return core::fault(
      core::ExitCode::data,
      "cannot read address '" + core::printable(text.substr(0, 80)) + "': " + std::string(why),
      "write it as 192.0.2.1:5060 or [2001:db8::1]:5060");
}

std::size_t octet_count(Family family) {
  return family == Family::ipv4 ? kIpv4Octets : kIpv6Octets;
}

bool starts_with_bits(const std::array<std::uint8_t, 16>& octets,
                      const std::array<std::uint8_t, 16>& prefix, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  prefix.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFFu << (8 - rest));
  return ((octets[whole] ^ prefix[whole]) & mask) == 0;
}

std::string ipv4_text(const std::array<std::uint8_t, 16>& octets) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* end = text.data();
  for (std::size_t i = 0; i < kIpv4Octets; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), octets.at(i)).ptr;
  }
  return {text.data(), end};
}

}  // namespace

core::Result<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return unreadable(text, "no port");
  const std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.find(':') != std::string_view::npos && !host.starts_with('['))
    return unreadable(text, "an IPv6 address needs brackets");
  const auto port = core::parse_unsigned(port_text);
  if (!port || *port > 65535) return unreadable(text, "the port is not a number up to 65535");
  auto address = parse_host(host, core::Port(static_cast<std::uint16_t>(*port)));
  if (!address) return unreadable(text, "the host is not an IP address");
  return address;
}

core::Result<Address> Address::parse_host(std::string_view host, core::Port port) {
  const bool has_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  const std::string bare(has_brackets ? host.substr(1, host.size() - 2) : host);
  Address address;
  address.port_ = port;
  // Outside text may hold a NUL, which inet_pton() would take for the end.
  if (bare.find('\0') != std::string::npos) return unreadable(host, "not an IP address");
  if (!has_brackets && ::inet_pton(AF_INET, bare.c_str(), address.octets_.data()) == 1)
    return address;

  const std::size_t percent = bare.find('%');
  if (percent != std::string::npos) {
    const auto scope = core::parse_unsigned(std::string_view(bare).substr(percent + 1));
    if (!scope || *scope > UINT32_MAX) return unreadable(host, "the scope is not a number");
    address.scope_ = static_cast<std::uint32_t>(*scope);
  }
  address.family_ = Family::ipv6;
  if (::inet_pton(AF_INET6, bare.substr(0, percent).c_str(), address.octets_.data()) == 1)
    return address;
  return unreadable(host, "not an IP address");
}

Address Address::any(Family family, core::Port port) {
  Address address;
  address.family_ = family;
  address.port_ = port;
  return address;
}

Address Address::loopback(core::Port port, Family family) {
  Address address = any(family, port);
  if (family == Family::ipv4) {
    address.octets_[0] = 127;
    address.octets_[3] = 1;
  } else {
    address.octets_[15] = 1;
  }
  return address;
}

std::optional<Address> Address::from_raw(const sockaddr& raw, socklen_t length) {
  Address address;
  if (raw.sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &raw, sizeof ipv4);
    std::memcpy(address.octets_.data(), &ipv4.sin_addr, kIpv4Octets);
    address.port_ = core::Port(ntohs(ipv4.sin_port));
    return address;
  }
  if (raw.sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &raw, sizeof ipv6);
    address.family_ = Family::ipv6;
    std::memcpy(address.octets_.data(), &ipv6.sin6_addr, kIpv6Octets);
    address.scope_ = ipv6.sin6_scope_id;
    address.port_ = core::Port(ntohs(ipv6.sin6_port));
    return address;
  }
  return std::nullopt;
}

Address Address::with_port(core::Port port) const {
  Address copy = *this;
  copy.port_ = port;
  return copy;
}

std::string Address::host() const {
  // The C library prints it by sprintf.
  if (family_ == Family::ipv4) return ipv4_text(octets_);
  char text[INET6_ADDRSTRLEN];
  const char* const written = ::inet_ntop(AF_INET6, octets_.data(), text, sizeof text);
  assert(written != nullptr);
  std::string host(written);
  if (scope_ != 0) host += '%' + std::to_string(scope_);
  return host;
}

std::string Address::text() const {
  const std::string port = std::to_string(port_.value());
  return family_ == Family::ipv4 ? host() + ':' + port : '[' + host() + "]:" + port;
}

bool Address::is_loopback() const noexcept {
  if (family_ == Family::ipv4) return octets_[0] == 127;
  return std::all_of(octets_.begin(), octets_.end() - 1, [](auto octet) { return octet == 0; }) &&
         octets_[15] == 1;
}

bool Address::is_any() const noexcept {
  return std::all_of(octets_.begin(), octets_.end(), [](auto octet) { return octet == 0; });
}

bool Address::is_multicast() const noexcept {
  return family_ == Family::ipv4 ? (octets_[0] & 0xF0u) == 0xE0u : octets_[0] == 0xFF;
}

bool Address::is_link_local() const noexcept {
  return family_ == Family::ipv6 && octets_[0] == 0xFE && (octets_[1] & 0xC0u) == 0x80u;
}

bool Address::has_host_of(const Address& other) const noexcept {
  return family_ == other.family_ && octets_ == other.octets_ && scope_ == other.scope_;
}

RawAddress Address::raw() const noexcept {
  RawAddress raw{};
  if (family_ == Family::ipv4) {
    raw.ipv4 = {};
    raw.ipv4.sin_family = AF_INET;
    raw.ipv4.sin_port = htons(port_.value());
    std::memcpy(&raw.ipv4.sin_addr, octets_.data(), kIpv4Octets);
    raw.length = sizeof(sockaddr_in);
  } else {
    raw.ipv6 = {};
    raw.ipv6.sin6_family = AF_INET6;
    raw.ipv6.sin6_port = htons(port_.value());
    raw.ipv6.sin6_scope_id = scope_;
    std::memcpy(&raw.ipv6.sin6_addr, octets_.data(), kIpv6Octets);
    raw.length = sizeof(sockaddr_in6);
  }
  return raw;
}

core::Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  Network network;
  const auto base = Address::parse_host(text.substr(0, slash));
  if (!base) return tl::unexpected(base.error());
  network.base_ = *base;
  const auto all_bits = static_cast<unsigned>(octet_count(base->family()) * 8);
  network.prefix_bits_ = all_bits;
  if (slash != std::string_view::npos) {
    const auto bits = core::parse_unsigned(text.substr(slash + 1));
    if (!bits || *bits > all_bits)
      return unreadable(text, "the prefix is not a number up to " + std::to_string(all_bits));
    network.prefix_bits_ = static_cast<unsigned>(*bits);
  }
  auto masked = base->octets();
  for (unsigned bit = network.prefix_bits_; bit < all_bits; ++bit)
    masked[bit / 8] = static_cast<std::uint8_t>(masked[bit / 8] & ~(0x80u >> (bit % 8)));
  if (masked != base->octets()) return unreadable(text, "bits are set to the right of its prefix");
  return network;
}

bool Network::contains(const Address& address) const noexcept {
  return address.family() == base_.family() &&
         starts_with_bits(address.octets(), base_.octets(), prefix_bits_);
}

std::string Network::text() const {
  return base_.host() + '/' + std::to_string(prefix_bits_);
}

std::string_view name_of(Transport transport) {
  switch (transport) {
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
  }
  return "unknown";
}

core::Result<Endpoint> Endpoint::parse(std::string_view text) {
  for (const Transport known : {Transport::udp, Transport::tcp}) {
    const std::string_view name = name_of(known);
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with(':')) continue;
    const auto parsed = Address::parse(text.substr(name.size() + 1));
    if (!parsed) return tl::unexpected(parsed.error());
    return Endpoint{known, *parsed};
  }
  return core::fault(
      core::ExitCode::data,
      "cannot read '" + core::printable(text.substr(0, 80)) + "': no transport before the address",
      "write it as udp:127.0.0.1:5060 or tcp:127.0.0.1:5060");
}

std::string Endpoint::text() const {
  return std::string(name_of(transport)) + ':' + address.text();
}

}  // namespace trunkline::os

std::size_t std::hash<trunkline::os::Address>::operator()(
    const trunkline::os::Address& address) const noexcept {
  const auto& octets = address.octets();
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  return std::hash<std::string_view>{}(text)*31 + address.port().value();
}
