// SPDX-License-Identifier: MIT
#include "rtp/port_allocator.h"

#include <fmt/format.h>

#include <deque>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "core/locked.h"
#include "os/socket.h"

namespace trunkline::rtp {

namespace {

struct Released {
  std::size_t pair = 0;
  core::SteadyTime at;
};

/// What the lock guards.
struct Pairs {
  std::vector<std::size_t> available;  ///< in no order
  std::deque<Released> quarantine;     ///< in the order they were released
  std::size_t in_use = 0;
  std::random_device random = {};

  std::size_t random_below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  }
};

core::Port first_even(core::Port port) {
  return core::Port(static_cast<std::uint16_t>(port.value() + port.value() % 2));
}

std::size_t pairs_in(const PortRange& range) {
  const std::size_t first = std::size_t{range.min.value()} + range.min.value() % 2;
  const std::size_t past = std::size_t{range.max.value()} + 1;
  return first < past ? (past - first) / 2 : 0;
}

}  // namespace

struct PortPair::Pool {
  Pool(PortRange wanted, const core::Clock& steady)
      : range(wanted), count(pairs_in(range)), clock(steady) {}

  core::Port port_of(std::size_t pair) const {
    return core::Port(static_cast<std::uint16_t>(first_even(range.min).value() + 2 * pair));
  }

  /// A free pair, marked as in use; nothing when there is none.
  std::optional<std::size_t> claim() {
    const auto now = clock.steady();
    return pairs.with([&](Pairs& all) -> std::optional<std::size_t> {
      while (has_rested(all, now, range.quarantine)) end_rest(all);
      if (all.available.empty() && has_rested(all, now, range.shortest_quarantine)) end_rest(all);
      if (all.available.empty()) return std::nullopt;
      std::swap(all.available[all.random_below(all.available.size())], all.available.back());
      const std::size_t pair = all.available.back();
      all.available.pop_back();
      ++all.in_use;
      return pair;
    });
  }

  void give_back(std::size_t pair) {
    const auto now = clock.steady();
    pairs.with([&](Pairs& all) {
      all.quarantine.push_back(Released{.pair = pair, .at = now});
      --all.in_use;
    });
  }

  static bool has_rested(const Pairs& all, core::SteadyTime now, core::Milliseconds time) {
    return !all.quarantine.empty() && now - all.quarantine.front().at >= time;
  }
  static void end_rest(Pairs& all) {
    all.available.push_back(all.quarantine.front().pair);
    all.quarantine.pop_front();
  }

  const PortRange range;
  const std::size_t count;
  const core::Clock& clock;
  core::Locked<Pairs> pairs;
};

PortPair::PortPair(PortPair&& other) noexcept
    : rtp_port_(other.rtp_port_),
      rtp_(std::move(other.rtp_)),
      rtcp_(std::move(other.rtcp_)),
      pool_(std::move(other.pool_)) {}

PortPair& PortPair::operator=(PortPair&& other) noexcept {
  if (this == &other) return *this;
  release();
  rtp_port_ = other.rtp_port_;
  rtp_ = std::move(other.rtp_);
  rtcp_ = std::move(other.rtcp_);
  pool_ = std::move(other.pool_);
  return *this;
}

os::Family PortPair::family() const noexcept {
  return pool_ ? pool_->range.address.family() : os::Family::ipv4;
}

PortPair::~PortPair() {
  release();
}

void PortPair::release() noexcept {
  if (!pool_) return;
  rtp_.reset();
  rtcp_.reset();
  pool_->give_back((rtp_port_.value() - first_even(pool_->range.min).value()) / 2U);
  pool_.reset();
}

PortAllocator::PortAllocator(PortRange range, const core::Clock& clock)
    : pool_(std::make_shared<PortPair::Pool>(range, clock)) {
  if (pool_->count == 0) {
    throw core::Error(core::ExitCode::config,
                      fmt::format("cannot use RTP ports {} to {}: no even port with an odd one "
                                  "behind it",
                                  range.min.value(), range.max.value()),
                      "set media.rtp_min and media.rtp_max");
  }
  pool_->pairs.with([this](Pairs& all) {
    all.available.resize(pool_->count);
    std::iota(all.available.begin(), all.available.end(), std::size_t{0});
  });
}

PortAllocator::~PortAllocator() = default;

core::Result<PortPair> PortAllocator::allocate() {
  // What somebody else has goes to quarantine and is tried later. Bounded, because running out of
  // descriptors fails every pair alike.
  constexpr int kTries = 64;
  core::Fault why{.code = core::ExitCode::unavailable,
                  .message = fmt::format("no RTP port is free between {} and {}",
                                         pool_->range.min.value(), pool_->range.max.value()),
                  .hint = "widen media.rtp_min and media.rtp_max"};
  for (int i = 0; i < kTries; ++i) {
    const auto pair = pool_->claim();
    if (!pair) break;
    PortPair ports;
    ports.rtp_port_ = pool_->port_of(*pair);
    ports.pool_ = pool_;
    auto rtp = os::bind_udp(pool_->range.address.with_port(ports.rtp_port()));
    auto rtcp = os::bind_udp(pool_->range.address.with_port(ports.rtcp_port()));
    if (rtp && rtcp) {
      ports.rtp_ = std::move(*rtp);
      ports.rtcp_ = std::move(*rtcp);
      return ports;
    }
    why.message = (rtp ? rtcp : rtp).error().message;
  }
  return tl::unexpected(std::move(why));
}

PortAllocator::Usage PortAllocator::usage() const {
  return pool_->pairs.with([this](const Pairs& all) {
    return Usage{
        .pairs = pool_->count, .in_use = all.in_use, .in_quarantine = all.quarantine.size()};
  });
}

}  // namespace trunkline::rtp
