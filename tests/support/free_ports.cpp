// SPDX-License-Identifier: MIT
#include "support/free_ports.h"

#include <chrono>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/time.h"
#include "os/address.h"
#include "os/socket.h"

namespace trunkline::test {
namespace {

// Linux gives out 32768 and above; RTP ranges and phones of the tests lie above 20000.
struct Zone {
  std::uint16_t lowest;
  std::uint16_t highest;
};
// Apart, because a few single ports here and there would leave no room for a range.
constexpr Zone kSingle{12'000, 13'999};
constexpr Zone kRanges{14'000, 19'999};
constexpr std::uint16_t kMostSingle = 16;

std::set<core::Port>& given() {
  static std::set<core::Port> ports;
  return ports;
}

bool is_free(core::Port port) {
  const auto address = os::Address::any(os::Family::ipv4, port);
  return !given().contains(port) && os::bind_udp(address).has_value() &&
         os::listen_tcp(address).has_value();
}

/// How many of `count` ports are free, one behind the other.
std::uint16_t free_from(unsigned first, std::uint16_t count) {
  std::uint16_t good = 0;
  while (good < count && is_free(core::Port(static_cast<std::uint16_t>(first + good)))) ++good;
  return good;
}

std::optional<core::Port> look_for(std::uint16_t count) {
  const Zone zone = count <= kMostSingle ? kSingle : kRanges;
  const unsigned last = zone.highest + 1U - count;
  std::random_device random;
  const unsigned begin = std::uniform_int_distribution<unsigned>(zone.lowest, last)(random);
  // From a random place on and around, so that programs beside each other seldom meet.
  for (const auto& [from, to] : {std::pair(begin, last), std::pair(unsigned{zone.lowest}, begin)}) {
    // Even, so that a pair for RTP and RTCP may begin there.
    for (unsigned first = from + from % 2; first <= to;) {
      const std::uint16_t good = free_from(first, count);
      if (good == count) return core::Port(static_cast<std::uint16_t>(first));
      first += good + 1U;
      first += first % 2;
    }
  }
  return std::nullopt;
}

}  // namespace

core::Port free_ports(std::uint16_t count) {
  // A test beside this one may have them all for a while: thousands of sessions do.
  const auto deadline = std::chrono::steady_clock::now() + core::Seconds(60);
  for (;;) {
    if (const auto first = look_for(count)) {
      for (std::uint16_t i = 0; i < count; ++i) given().insert(*first + i);
      return *first;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("no free port between 12000 and 19999");
    }
    std::this_thread::sleep_for(core::Milliseconds(200));
  }
}

void give_back_ports(core::Port first, std::uint16_t count) {
  for (std::uint16_t i = 0; i < count; ++i) given().erase(first + i);
}

}  // namespace trunkline::test
