// SPDX-License-Identifier: MIT
#pragma once

// The media nodes, which of them are healthy, and which call lives where. Pure bookkeeping: no
// socket and no timer, the client tells it what happened.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ng/client.h"

namespace trunkline::ng {

class Farm {
 public:
  using Index = std::size_t;

  Farm(const std::vector<Endpoint>& nodes, unsigned losses_until_down);

  std::size_t size() const noexcept { return nodes_.size(); }
  const NodeStatus& status(Index node) const { return nodes_[node].status; }
  std::vector<NodeStatus> statuses() const;
  std::optional<Index> find(const Endpoint& endpoint) const;

  /// The healthy node with the fewest calls, of equals the first listed, none of `tried`.
  std::optional<Index> place(Placement placement, const std::vector<Index>& tried = {}) const;
  /// Moves a call that is bound elsewhere.
  void bind(std::string_view call, Index node);
  void forget(std::string_view call);
  std::optional<Index> node_of(std::string_view call) const;

  // What happened. Those that return a bool say whether the node went up or down by it.

  void on_request(Index node) { ++nodes_[node].status.outstanding; }
  void on_request_done(Index node) { --nodes_[node].status.outstanding; }
  void on_answer(Index node) { nodes_[node].lost = 0; }
  [[nodiscard]] bool on_loss(Index node, std::string why, bool is_timeout);
  [[nodiscard]] bool on_pong(Index node, const Dictionary& reply);

 private:
  struct Node {
    NodeStatus status;
    unsigned lost = 0;  ///< requests and pings in a row that got no answer
  };

  unsigned losses_until_down_;
  std::vector<Node> nodes_;
  std::map<std::string, Index, std::less<>> calls_;
};

}  // namespace trunkline::ng
