// SPDX-License-Identifier: MIT
#pragma once

// The commanding end of the NG protocol: a farm of media nodes (recorderd, or foreign rtpengines).
// Each node is pinged; a new call goes to the healthy node with the fewest calls, and stays there:
// every later command of that call goes to the same node. Only the first command of a new call
// falls over to another node. What may get lost, a datagram, is sent again with the same cookie
// until the request's deadline.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "ng/endpoint.h"
#include "ng/message.h"
#include "os/reactor.h"

namespace trunkline::ng {

struct ClientOptions {
  std::vector<Endpoint> nodes = {};
  core::Milliseconds ping_period = core::Seconds(2);
  core::Milliseconds first_retransmission = core::Milliseconds(250);  ///< doubled each time
  core::Milliseconds deadline = core::Seconds(3);  ///< of one request on one node
  unsigned pings_lost_until_down = 2;
  std::size_t max_outstanding = 8192;
  Dictionary introduction = {};  ///< what each ping says besides: who asks
};

struct NodeStatus {
  Endpoint endpoint = {};
  bool is_up = false;         ///< answered its last ping
  bool is_trunkline = false;  ///< a recorderd: its pong carries trunkline-version
  std::size_t calls = 0;
  std::size_t outstanding = 0;
  std::uint64_t timeouts = 0;
  std::string last_error = {};
};

/// Which nodes a new call may be placed on. A call that must be recorded is never placed on a
/// foreign rtpengine.
enum class Placement : std::uint8_t { any, trunkline };

/// The reply where its result is ok or pong, else why not: a fault with code unavailable (no node,
/// no answer in time, too many outstanding, load limit) or failed (the node said error).
using ReplyCallback = std::function<void(core::Result<Dictionary> reply)>;

class Client {
 public:
  Client(os::Reactor& reactor, ClientOptions options);
  /// Outstanding callbacks are not called any more.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `command` with `body` (call-id is set to `call`); the callback runs later on the
  /// reactor's thread, exactly once. The first command of an unknown call chooses its node and
  /// binds the call there; the end of that is forget(), the failure of the first command, or a
  /// delete of the whole call (one without to-tag), whatever its answer.
  void send(std::string_view call, std::string_view command, Dictionary body, ReplyCallback reply,
            Placement placement = Placement::any);

  /// A call found in a journal after a restart; false when the node is not (or no longer) listed.
  bool adopt(std::string_view call, const Endpoint& node);
  void forget(std::string_view call);
  std::optional<Endpoint> node_of(std::string_view call) const;

  /// Whether a new call could be placed now.
  bool is_available(Placement placement = Placement::any) const;
  std::vector<NodeStatus> nodes() const;
  /// Called whenever a node goes up or down; the client itself does not log it.
  void on_node_change(std::function<void(const NodeStatus&)> changed);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace trunkline::ng
