// SPDX-License-Identifier: MIT
#pragma once

// A packet filter on a socket of ours that drops what unwanted sources send before this process is
// woken (SO_ATTACH_FILTER, classic BPF: needs no privilege). A UDP socket loses their datagrams, a
// listening TCP socket their connection attempts. The kernel counts what it dropped.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/error.h"
#include "os/address.h"

namespace trunkline::os {

struct UnwantedSources {
  std::vector<std::uint32_t> ipv4 = {};     ///< addresses in host order
  std::vector<std::uint64_t> ipv6_64 = {};  ///< upper halves of IPv6 addresses, in host order
};

/// One instruction of classic BPF, laid out as the kernel's.
struct FilterInstruction {
  std::uint16_t code = 0;
  std::uint8_t jump_true = 0;
  std::uint8_t jump_false = 0;
  std::uint32_t operand = 0;
  bool operator==(const FilterInstruction&) const = default;
};

/// A program that keeps every packet but those of the sources. Comparing takes the logarithm of
/// their number for IPv4. Takes the first 2,000 IPv4 and 200 IPv6 sources, as a program is bounded.
std::vector<FilterInstruction> filter_program(const UnwantedSources& sources);

/// Puts the filter in place of the one before; without sources it is taken away. Where the kernel
/// grants no memory for all of them, the first half is tried, and so on. Returns how many sources
/// the kernel drops now.
[[nodiscard]] core::Result<std::size_t> drop_from(int socket, UnwantedSources sources);

/// Descriptors of this process that are bound to exactly this address: UDP sockets, or listening
/// TCP ones; one descriptor a socket. For sockets that a library made and keeps for itself.
std::vector<int> sockets_at(Transport transport, const Address& address);

struct SocketQueue {
  unsigned filled_percent = 0;  ///< of the receive buffer
  std::uint64_t drops = 0;      ///< by the filter or a full buffer, since the socket was made
};
/// Nothing where the kernel does not say.
std::optional<SocketQueue> socket_queue(int socket);

}  // namespace trunkline::os
