// SPDX-License-Identifier: MIT

// What the agent does about connections: limits, their ends, and which requests go over one though
// their peer is reached over UDP.

#include <algorithm>
#include <set>

#include "sip/agent_core.h"
#include "sip/dialog_core.h"

namespace trunkline::sip {

namespace {

constexpr core::Milliseconds kSweepPeriod{2000};
// RFC 3261 18.1.1
constexpr unsigned kUnknownMtu = 1500;
constexpr unsigned kMtuReserve = 200;
/// More than our own headers take.
constexpr std::size_t kUsualHeaders = 1000;

}  // namespace

void AgentCore::keep_connections_within_limits() {
  const bool has_streams =
      std::any_of(options_.listen.begin(), options_.listen.end(),
                  [](const std::string& listener) { return !listener.starts_with("udp:"); });
  if (has_streams) sweeper_ = root_.every(kSweepPeriod, [this] { sweep_connections(); });
}

void AgentCore::on_connections(Agent::ConnectionEvents events) {
  connection_events_ = std::move(events);
}

void AgentCore::sweep_connections() {
  // Which flows dialogs use is looked up when the first idle connection asks.
  std::optional<std::set<Flow>> in_dialogs;
  const auto is_needed = [&](const Flow& flow) {
    if (!in_dialogs) {
      in_dialogs.emplace();
      for (const DialogCore* dialog : dialogs_) {
        if (dialog->path()) in_dialogs->insert(dialog->path()->flow);
      }
    }
    if (in_dialogs->count(flow) > 0) return true;
    return connection_events_.is_needed && connection_events_.is_needed(flow);
  };
  connections_.on_events(
      {.closed = [this](const Flow& flow) { connection_closed(flow); }, .is_needed = is_needed});
  counts_.closed_connections +=
      connections_.sweep(Connections::find(listeners_), core::system_clock().steady());
  connections_.on_events(
      {.closed = [this](const Flow& flow) { connection_closed(flow); }, .is_needed = {}});
}

void AgentCore::connection_closed(const Flow& flow) {
  // Not from inside Sofia, which is taking the connection apart.
  root_.post([weak = weak_from_this(), flow] {
    const auto self = weak.lock();
    if (self && self->connection_events_.closed) self->connection_events_.closed(flow);
  });
}

unsigned AgentCore::udp_limit(const Path& path, const Uri& target) {
  if (path.flow.protocol != Protocol::udp) return UdpLimit::kNone;
  // Behind a NAT, or where the peer asks for it, there is only UDP.
  const auto asked = target.param("transport");
  if (asked && parse_protocol(*asked) == Protocol::udp) return UdpLimit::kNone;
  const auto direct = flow_to(target);
  if (!direct || direct->peer != path.flow.peer) return UdpLimit::kNone;
  const bool has_tcp = std::any_of(bound_.begin(), bound_.end(), [&](const Bound& bound) {
    return bound.ident == path.ident && bound.listener.protocol == Protocol::tcp;
  });
  if (!has_tcp) return UdpLimit::kNone;
  if (options_.udp_limit != 0) return options_.udp_limit;
  const unsigned known = routes_.towards(path.flow.peer.host, core::system_clock().steady()).mtu;
  const unsigned mtu = known > kMtuReserve ? known : kUnknownMtu;
  return std::min(mtu - kMtuReserve, UdpLimit::kNone);
}

UdpLimit::UdpLimit(AgentCore& agent, const Path& path, const Uri& target, std::size_t size)
    : agent_(agent) {
  const unsigned limit = agent.udp_limit(path, target);
  is_set_ = size + kUsualHeaders > limit;
  if (is_set_) nta_agent_set_params(agent_.nta(), NTATAG_UDP_MTU(limit), TAG_END());
}

UdpLimit::~UdpLimit() {
  if (is_set_) nta_agent_set_params(agent_.nta(), NTATAG_UDP_MTU(kNone), TAG_END());
}

}  // namespace trunkline::sip
