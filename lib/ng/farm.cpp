// SPDX-License-Identifier: MIT
#include "ng/farm.h"

#include <algorithm>
#include <utility>

#include "ng/keys.h"

namespace trunkline::ng {

Farm::Farm(const std::vector<Endpoint>& nodes, unsigned losses_until_down)
    : losses_until_down_(losses_until_down) {
  for (const auto& endpoint : nodes) nodes_.emplace_back().status.endpoint = endpoint;
}

std::vector<NodeStatus> Farm::statuses() const {
  std::vector<NodeStatus> all;
  for (const auto& node : nodes_) all.push_back(node.status);
  return all;
}

std::optional<Farm::Index> Farm::find(const Endpoint& endpoint) const {
  for (Index i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].status.endpoint == endpoint) return i;
  }
  return std::nullopt;
}

std::optional<Farm::Index> Farm::place(Placement placement, const std::vector<Index>& tried) const {
  std::optional<Index> best;
  for (Index i = 0; i < nodes_.size(); ++i) {
    const auto& status = nodes_[i].status;
    if (!status.is_up) continue;
    if (placement == Placement::trunkline && !status.is_trunkline) continue;
    if (std::find(tried.begin(), tried.end(), i) != tried.end()) continue;
    if (!best || status.calls < nodes_[*best].status.calls) best = i;
  }
  return best;
}

void Farm::bind(std::string_view call, Index node) {
  forget(call);
  calls_.emplace(call, node);
  ++nodes_[node].status.calls;
}

void Farm::forget(std::string_view call) {
  const auto bound = calls_.find(call);
  if (bound == calls_.end()) return;
  --nodes_[bound->second].status.calls;
  calls_.erase(bound);
}

std::optional<Farm::Index> Farm::node_of(std::string_view call) const {
  const auto bound = calls_.find(call);
  if (bound == calls_.end()) return std::nullopt;
  return bound->second;
}

bool Farm::on_loss(Index index, std::string why, bool is_timeout) {
  auto& node = nodes_[index];
  node.status.last_error = std::move(why);
  if (is_timeout) ++node.status.timeouts;
  if (++node.lost < losses_until_down_) return false;
  return std::exchange(node.status.is_up, false);
}

bool Farm::on_pong(Index index, const Dictionary& reply) {
  auto& status = nodes_[index].status;
  const bool is_pong = reply.text("result") == "pong";
  if (!is_pong) status.last_error = "answered a ping with no pong";
  status.is_trunkline = reply.integer(kVersionKey) >= kVersion;
  return std::exchange(status.is_up, is_pong) != is_pong;
}

}  // namespace trunkline::ng
