// SPDX-License-Identifier: MIT
#pragma once

// Where NG is spoken: "udp:127.0.0.1:22222", "tcp:[::1]:22222", or
// "unix:/run/trunkline/recorderd/ng" for a Unix datagram socket, where who may command is the mode
// of its file.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "os/address.h"

namespace trunkline::ng {

enum class Transport : std::uint8_t { udp, tcp, unix_datagram };

struct Endpoint {
  Transport transport = Transport::udp;
  os::Address address = {};  ///< of udp and tcp
  std::string path = {};     ///< of unix_datagram

  static core::Result<Endpoint> parse(std::string_view text);
  std::string text() const;
  /// Whether a message may get lost, and is sent again then.
  bool is_datagram() const noexcept { return transport != Transport::tcp; }
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace trunkline::ng
