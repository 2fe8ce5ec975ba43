// SPDX-License-Identifier: MIT
#include "sip/connections.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "core/log.h"
#include "core/text.h"
#include "os/address.h"

namespace trunkline::sip {

namespace {

using Directory = core::CPtr<DIR, closedir>;

std::optional<Endpoint> endpoint_of(const sockaddr_storage& address, socklen_t size) {
  const auto read = os::Address::from_raw(reinterpret_cast<const sockaddr&>(address), size);
  if (!read) return std::nullopt;
  return Endpoint{.host = read->host(), .port = read->port().value()};
}

/// Both ends of a connected socket of the Internet; nothing of any other descriptor.
std::optional<Flow> ends_of(int descriptor) {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&local), &size) != 0) return {};
  if (local.ss_family != AF_INET && local.ss_family != AF_INET6) return {};
  const auto ours = endpoint_of(local, size);
  sockaddr_storage remote{};
  size = sizeof remote;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&remote), &size) != 0) return {};
  const auto theirs = endpoint_of(remote, size);
  int type = 0;
  size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return {};
  if (type != SOCK_STREAM || !ours || !theirs) return {};
  return Flow{.protocol = Protocol::tcp, .peer = *theirs, .local = *ours};
}

}  // namespace

Connections::~Connections() {
  for (const auto& [transport, watched] : watched_) {
    tport_release(transport, watched.pending, nullptr, nullptr,
                  reinterpret_cast<tp_client_t*>(this), 0);
  }
}

void Connections::heard(tport_t* transport, const Flow& flow, core::SteadyTime now) {
  Open& open = open_[flow];
  if (open.since == core::SteadyTime{}) open.since = now;
  open.last_message = now;
  open.has_spoken = true;
  const auto [entry, is_new] = watched_.try_emplace(transport, Watched{.flow = flow});
  if (!is_new) return;
  // Without a message this waits for the connection's end alone.
  entry->second.pending =
      tport_pend(transport, nullptr, on_error, reinterpret_cast<tp_client_t*>(this));
  if (entry->second.pending <= 0) watched_.erase(entry);
}

void Connections::on_error(tp_stack_t*, tp_client_t* client, tport_t* transport, msg_t*,
                           int) noexcept {
  auto& self = *reinterpret_cast<Connections*>(client);
  const auto found = self.watched_.find(transport);
  if (found == self.watched_.end()) return;
  const Watched watched = std::move(found->second);
  self.watched_.erase(found);
  tport_release(transport, watched.pending, nullptr, nullptr, client, 0);
  try {
    self.open_.erase(watched.flow);
    if (self.events_.closed) self.events_.closed(watched.flow);
  } catch (const std::exception& error) {
    core::log_error("the end of a connection could not be told", {{"error", error.what()}});
  }
}

bool Connections::is_beyond(const Found& found, const Open& open, core::SteadyTime now) const {
  if (!open.has_spoken) return now - open.since > limits_.first_message;
  if (now - open.last_message <= limits_.idle) return false;
  return !events_.is_needed || !events_.is_needed(found.flow);
}

std::size_t Connections::sweep(const std::vector<Found>& found, core::SteadyTime now) {
  for (auto& [flow, open] : open_) open.is_there = false;
  std::map<std::string, std::vector<const Found*>> sources;
  for (const Found& connection : found) {
    Open& open = open_[connection.flow];
    if (open.since == core::SteadyTime{}) open.since = now;
    open.is_there = true;
    sources[connection.flow.peer.host].push_back(&connection);
  }
  std::erase_if(open_, [](const auto& entry) { return !entry.second.is_there; });
  std::size_t closed = 0;
  for (auto& [source, connections] : sources) {
    std::stable_sort(connections.begin(), connections.end(), [&](const auto* a, const auto* b) {
      return open_.at(a->flow).since < open_.at(b->flow).since;
    });
    std::size_t kept = 0;
    for (const Found* connection : connections) {
      const bool is_one_too_many = kept >= limits_.max_per_source;
      if (!is_one_too_many && !is_beyond(*connection, open_.at(connection->flow), now)) {
        ++kept;
        continue;
      }
      ++closed;
      ::shutdown(connection->descriptor, SHUT_RDWR);
      core::log_debug("a connection was closed",
                      {{"peer", connection->flow.peer.text()},
                       {"reason", is_one_too_many ? "too many of its source" : "idle"}});
    }
  }
  return closed;
}

std::vector<Connections::Found> Connections::find(const std::vector<Listener>& listeners) {
  std::vector<Found> found;
  const Directory directory(::opendir("/proc/self/fd"));
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    const auto descriptor = core::parse_unsigned(static_cast<const char*>(entry->d_name));
    if (!descriptor) continue;
    auto flow = ends_of(static_cast<int>(*descriptor));
    if (!flow) continue;
    const auto ours = std::find_if(listeners.begin(), listeners.end(), [&](const Listener& each) {
      return each.protocol != Protocol::udp && each.address == flow->local;
    });
    if (ours == listeners.end()) continue;
    flow->protocol = ours->protocol;
    found.push_back({.flow = *flow, .descriptor = static_cast<int>(*descriptor)});
  }
  return found;
}

}  // namespace trunkline::sip
