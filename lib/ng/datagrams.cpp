// SPDX-License-Identifier: MIT
#include "ng/datagrams.h"

#include <utility>

#include "core/bytes.h"
#include "os/socket.h"

namespace trunkline::ng {
namespace {

constexpr mode_t kMode = 0660;
/// A socket cannot be asked when another one has room again.
constexpr core::Milliseconds kRetryAfter{1};
/// By then the client has asked again, or is gone.
constexpr unsigned kMostTries = 250;

}  // namespace

core::Result<std::unique_ptr<Datagrams>> Datagrams::open(os::Reactor& reactor,
                                                         const Endpoint& endpoint) {
  const bool is_unix = endpoint.transport == Transport::unix_datagram;
  auto socket =
      is_unix ? os::bind_unix_datagram(endpoint.path, kMode) : os::bind_udp(endpoint.address);
  if (!socket) return tl::unexpected(std::move(socket.error()));
  if (is_unix) os::share_with_operators(endpoint.path);
  // The constructor is private, so make_unique cannot be used.
  return std::unique_ptr<Datagrams>(new Datagrams(reactor, endpoint, std::move(*socket)));
}

Datagrams::Datagrams(os::Reactor& reactor, Endpoint endpoint, os::Fd socket)
    : reactor_(reactor), endpoint_(std::move(endpoint)), socket_(std::move(socket)) {
  if (is_unix()) {
    file_ = os::SocketFile(endpoint_.path);
  } else {
    endpoint_.address = os::local_address(socket_.get());
  }
}

std::optional<Datagrams::Arrived> Datagrams::receive(std::span<std::byte> buffer) {
  if (!is_unix()) {
    const auto datagram = os::receive_from(socket_.get(), buffer);
    if (!datagram) return std::nullopt;
    return Arrived{.size = datagram->size, .from = {.address = datagram->from}};
  }
  auto datagram = os::receive_unix_datagram(socket_.get(), buffer);
  if (!datagram) return std::nullopt;
  return Arrived{.size = datagram->size,
                 .from = {.name = std::move(datagram->from)},
                 .is_cut = datagram->is_cut};
}

void Datagrams::send(const Sender& to, std::string_view wire) {
  if (!is_unix()) {
    (void)os::send_to(socket_.get(), core::as_bytes(wire), to.address);
    return;
  }
  if (to.name.empty()) return;  // a client without a name cannot be answered
  const auto waiting = waiting_.find(to.name);
  if (waiting == waiting_.end()) {
    const auto fate = os::send_unix_datagram(socket_.get(), core::as_bytes(wire), to.name);
    if (fate != os::DatagramFate::full) return;
  }
  if (unsent_ >= kMostUnsent) return;
  ++unsent_;
  waiting_[to.name].wires.emplace_back(wire);
  if (!retry_) retry_ = reactor_.every(kRetryAfter, [this] { send_rest(); });
}

void Datagrams::send_rest() {
  for (auto client = waiting_.begin(); client != waiting_.end();) {
    Waiting& waiting = client->second;
    while (!waiting.wires.empty() && has_room(client->first, waiting)) {
      waiting.wires.pop_front();
      --unsent_;
    }
    if (waiting.tries >= kMostTries) {
      unsent_ -= waiting.wires.size();
      waiting.wires.clear();
    }
    client = waiting.wires.empty() ? waiting_.erase(client) : std::next(client);
  }
  if (waiting_.empty()) retry_.reset();
}

bool Datagrams::has_room(const std::string& name, Waiting& waiting) {
  const auto fate =
      os::send_unix_datagram(socket_.get(), core::as_bytes(waiting.wires.front()), name);
  waiting.tries = fate == os::DatagramFate::full ? waiting.tries + 1 : 0;
  return fate != os::DatagramFate::full;
}

}  // namespace trunkline::ng
