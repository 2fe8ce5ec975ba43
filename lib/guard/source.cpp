// SPDX-License-Identifier: MIT
#include "guard/source.h"

#include <netinet/in.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::guard {
namespace {

constexpr std::string_view kSixtyFour = "/64";
constexpr std::size_t kMappedPrefix = 12;
constexpr std::array<std::uint8_t, kMappedPrefix> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::uint64_t big_endian(const std::uint8_t* octets, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | octets[i];
  return value;
}

}  // namespace

Source::Source(const os::Address& address) noexcept {
  const auto& octets = address.octets();
  if (address.family() == os::Family::ipv4) {
    bits_ = kIpv4 << 32U | big_endian(octets.data(), 4);
  } else if (std::equal(kMapped.begin(), kMapped.end(), octets.begin())) {
    bits_ = kIpv4 << 32U | big_endian(octets.data() + kMappedPrefix, 4);
  } else {
    bits_ = big_endian(octets.data(), 8);
  }
}

core::Result<Source> Source::parse(std::string_view text) {
  const bool is_prefix = text.ends_with(kSixtyFour);
  const std::string_view host = is_prefix ? text.substr(0, text.size() - kSixtyFour.size()) : text;
  auto address = os::Address::parse_host(host);
  if (!address && !is_prefix) address = os::Address::parse(host);
  if (address && (!is_prefix || address->family() == os::Family::ipv6)) return Source(*address);
  return core::fault(core::ExitCode::usage,
                     "cannot read '" + core::printable(text) + "' as an address",
                     "an IPv4 address, or an IPv6 address or its /64");
}

os::Address Source::address() const noexcept {
  os::RawAddress raw{};
  if (is_ipv4()) {
    raw.ipv4 = {};
    raw.ipv4.sin_family = AF_INET;
    raw.ipv4.sin_addr.s_addr = htonl(ipv4());
    return *os::Address::from_raw(raw.any, sizeof raw.ipv4);
  }
  raw.ipv6 = {};
  raw.ipv6.sin6_family = AF_INET6;
  for (std::size_t i = 0; i < 8; ++i) {
    raw.ipv6.sin6_addr.s6_addr[i] = static_cast<std::uint8_t>(bits_ >> (56U - 8U * i));
  }
  return *os::Address::from_raw(raw.any, sizeof raw.ipv6);
}

std::string Source::text() const {
  return is_ipv4() ? address().host() : address().host() + std::string(kSixtyFour);
}

}  // namespace trunkline::guard
