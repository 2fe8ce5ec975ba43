// SPDX-License-Identifier: MIT
#pragma once

// "udp:HOST:PORT": how settings write where to listen or whom to reach. HOST is an IPv4 address, or
// an IPv6 address in brackets; names are not resolved. Port 0 lets the system choose, for tests.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::config {

enum class Transport : std::uint8_t { udp, tcp };

struct Endpoint {
  Transport transport = Transport::udp;
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

core::Result<Endpoint> parse_endpoint(std::string_view text);
std::string to_text(const Endpoint& endpoint);

/// Whether the text is an IPv4 or IPv6 address in its usual form.
bool is_address(std::string_view text);
/// Whether the text is an address, or an address, a slash and a prefix length that fits it.
bool is_network(std::string_view text);
/// Whether the text is a network, a space and an address of the same family.
bool is_advertised(std::string_view text);

}  // namespace trunkline::config
