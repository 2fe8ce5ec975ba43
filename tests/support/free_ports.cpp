// SPDX-License-Identifier: MIT
#include "support/free_ports.h"

#include <random>
#include <set>
#include <stdexcept>

#include "os/address.h"
#include "os/socket.h"

namespace trunkline::test {
namespace {

// Linux gives out 32768 and above; RTP ranges and phones of the tests lie above 20000.
constexpr std::uint16_t kLowest = 12'000;
constexpr std::uint16_t kHighest = 19'999;

bool is_free(core::Port port) {
  const auto address = os::Address::any(os::Family::ipv4, port);
  return os::bind_udp(address).has_value() && os::listen_tcp(address).has_value();
}

}  // namespace

core::Port free_ports(std::uint16_t count) {
  static std::set<core::Port> given;
  std::random_device random;
  std::uniform_int_distribution<unsigned> any(kLowest, kHighest - count);
  for (int attempt = 0; attempt < 200; ++attempt) {
    // Even, so that a pair for RTP and RTCP may begin there.
    const core::Port first(static_cast<std::uint16_t>(any(random) & ~1U));
    std::uint16_t good = 0;
    while (good < count && !given.contains(first + good) && is_free(first + good)) ++good;
    if (good < count) continue;
    for (std::uint16_t i = 0; i < count; ++i) given.insert(first + i);
    return first;
  }
  throw std::runtime_error("no free port between 12000 and 19999");
}

}  // namespace trunkline::test
