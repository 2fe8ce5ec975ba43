// SPDX-License-Identifier: MIT
#include "sip/local_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "os/fd.h"

namespace trunkline::sip {

namespace {

constexpr std::size_t kKnownMax = 10'000;
constexpr core::Seconds kKnownFor{30};  // routes change seldom, but they do

}  // namespace

std::string route_source(const std::string& peer_host) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(9);  // any: nothing is sent
  if (inet_pton(AF_INET, peer_host.c_str(), &peer.sin_addr) != 1) return {};
  const os::Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return {};
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) return {};
  sockaddr_in local{};
  socklen_t size = sizeof local;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0) return {};
  std::array<char, INET_ADDRSTRLEN> text{};
  if (inet_ntop(AF_INET, &local.sin_addr, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

const std::string& LocalAddresses::towards(const std::string& peer_host, core::SteadyTime now) {
  if (now - known_since_ > kKnownFor || known_.size() >= kKnownMax) {
    known_.clear();
    known_since_ = now;
  }
  const auto found = known_.find(peer_host);
  if (found != known_.end()) return found->second;
  return known_.emplace(peer_host, route_source(peer_host)).first->second;
}

}  // namespace trunkline::sip
