// SPDX-License-Identifier: MIT
#include "os/routes.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "os/address.h"
#include "os/fd.h"

namespace trunkline::os {

namespace {

constexpr std::size_t kKnownMax = 10'000;
constexpr core::Seconds kKnownFor{30};  // routes change seldom, but they do
constexpr core::Port kAnyPort{9};       // nothing is sent there

unsigned mtu_of(int socket, Family family) {
  const bool is_ipv4 = family == Family::ipv4;
  int mtu = 0;
  socklen_t size = sizeof mtu;
  const int result = ::getsockopt(socket, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                                  is_ipv4 ? IP_MTU : IPV6_MTU, &mtu, &size);
  return result == 0 && mtu > 0 ? static_cast<unsigned>(mtu) : 0;
}

}  // namespace

Route route_to(const std::string& peer_host) {
  const auto peer = Address::parse_host(peer_host, kAnyPort);
  if (!peer) return {};
  const RawAddress raw = peer->raw();
  const Fd socket(::socket(raw.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), &raw.any, raw.length) != 0) return {};
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) return {};
  const auto source = Address::from_raw(reinterpret_cast<const sockaddr&>(local), size);
  if (!source) return {};
  return {.source = source->host(), .mtu = mtu_of(socket.get(), peer->family())};
}

Route Routes::towards(const std::string& peer_host, core::SteadyTime now) {
  if (now - known_since_ > kKnownFor || known_.size() >= kKnownMax) {
    known_.clear();
    known_since_ = now;
  }
  const auto found = known_.find(peer_host);
  if (found != known_.end()) return found->second;
  Route route = route_to(peer_host);
  if (!route.source.empty()) known_.emplace(peer_host, route);
  return route;
}

}  // namespace trunkline::os
