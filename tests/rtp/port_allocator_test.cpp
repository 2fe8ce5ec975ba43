// SPDX-License-Identifier: MIT
#include "rtp/port_allocator.h"

#include <catch2/catch.hpp>

#include <set>
#include <thread>
#include <vector>

#include "core/locked.h"
#include "os/socket.h"

namespace trunkline::rtp {
namespace {

struct ManualClock final : core::Clock {
  core::Time wall() const override { return {}; }
  core::SteadyTime steady() const override { return now; }
  core::SteadyTime now{};
};

/// Below the ephemeral range, where nobody binds by accident.
PortRange range(std::uint16_t min, std::uint16_t max) {
  return {.min = core::Port(min), .max = core::Port(max)};
}

TEST_CASE("ports: a pair is even and odd, and bound", "[rtp]") {
  PortAllocator ports(range(21001, 21005));
  CHECK(ports.usage().pairs == 2);
  auto pair = ports.allocate().value();
  CHECK(pair.rtp_port().value() % 2 == 0);
  CHECK(pair.rtcp_port().value() == pair.rtp_port().value() + 1);
  CHECK(os::local_address(pair.rtp_descriptor()).port() == pair.rtp_port());
  CHECK(os::local_address(pair.rtcp_descriptor()).port() == pair.rtcp_port());
  CHECK_FALSE(os::bind_udp(os::Address::loopback(pair.rtp_port())));
  CHECK(ports.usage().in_use == 1);
}

TEST_CASE("ports: a range without a pair is refused", "[rtp]") {
  CHECK_THROWS_AS(PortAllocator(range(21001, 21002)), core::Error);
  CHECK_THROWS_AS(PortAllocator(range(21010, 21000)), core::Error);
  CHECK_NOTHROW(PortAllocator(range(65534, 65535)));
}

TEST_CASE("ports: a released pair rests before it is handed out again", "[rtp]") {
  ManualClock clock;
  PortAllocator ports(range(21010, 21011), clock);
  auto pair = std::make_unique<PortPair>(ports.allocate().value());
  const auto full = ports.allocate();
  REQUIRE_FALSE(full);
  CHECK(full.error() == core::Fault{core::ExitCode::unavailable,
                                    "no RTP port is free between 21010 and 21011",
                                    "widen media.rtp_min and media.rtp_max"});
  pair.reset();
  CHECK(ports.usage().in_use == 0);
  CHECK(ports.usage().in_quarantine == 1);
  CHECK_FALSE(ports.allocate());
  clock.now += core::Seconds(2) - core::Milliseconds(1);
  CHECK_FALSE(ports.allocate());
  clock.now += core::Milliseconds(1);
  CHECK(ports.allocate());
}

TEST_CASE("ports: a pair rests for long while there are others, the longest first", "[rtp]") {
  ManualClock clock;
  PortAllocator ports(range(21030, 21035), clock);
  std::vector<PortPair> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(ports.allocate().value());
  const core::Port first = taken[1].rtp_port();
  const core::Port second = taken[2].rtp_port();
  taken.erase(taken.begin() + 1);
  clock.now += core::Seconds(1);
  taken.pop_back();
  clock.now += core::Seconds(3);
  const auto longest = ports.allocate().value();
  CHECK(longest.rtp_port() == first);
  CHECK(ports.allocate().value().rtp_port() == second);
  taken.clear();
  clock.now += core::Seconds(9);
  CHECK(ports.usage().in_quarantine == 2);
  clock.now += core::Seconds(1);
  const auto rested = ports.allocate();
  CHECK(rested);
  CHECK(ports.usage().in_quarantine == 0);
}

TEST_CASE("ports: a pair somebody else has is passed over", "[rtp]") {
  PortAllocator ports(range(21020, 21023));
  const auto other = os::bind_udp(os::Address::loopback(core::Port(21021))).value();
  const auto pair = ports.allocate();
  REQUIRE(pair);
  CHECK(pair->rtp_port() == core::Port(21022));
  CHECK_FALSE(ports.allocate());
}

TEST_CASE("ports: threads never get the same pair", "[rtp]") {
  ManualClock clock;
  PortAllocator ports(range(21100, 21699), clock);  // somebody else may have some
  core::Locked<std::vector<PortPair>> taken;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        auto pair = ports.allocate();
        if (pair) taken.with([&](auto& all) { all.push_back(std::move(*pair)); });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  taken.with([](const auto& all) {
    CHECK(all.size() == 100);
    std::set<core::Port> distinct;
    for (const auto& pair : all) distinct.insert(pair.rtp_port());
    CHECK(distinct.size() == all.size());
  });
}

TEST_CASE("ports: they are picked at random", "[rtp]") {
  ManualClock clock;
  PortAllocator ports(range(21300, 21999), clock);
  std::vector<PortPair> pairs;
  int neighbours = 0;
  for (int i = 0; i < 20; ++i) {
    pairs.push_back(ports.allocate().value());
    if (i > 0 &&
        pairs.back().rtp_port().value() == pairs[pairs.size() - 2].rtp_port().value() + 2) {
      ++neighbours;
    }
  }
  CHECK(neighbours < 10);
}

TEST_CASE("ports: a pair may outlive its allocator", "[rtp]") {
  PortPair pair;
  {
    PortAllocator ports(range(21030, 21031));
    pair = ports.allocate().value();
  }
  CHECK(pair.rtp_descriptor() >= 0);
}

}  // namespace
}  // namespace trunkline::rtp
