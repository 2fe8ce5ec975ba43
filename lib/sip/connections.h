// SPDX-License-Identifier: MIT
#pragma once

// The connections that others opened to us (TCP, TLS). Says when one has ended, and keeps their
// number and their silence within limits, which Sofia does not: it holds a half-sent message for
// ever. Those limits need the sockets, which Sofia does not show; so they are found among this
// process's descriptors by their addresses, and closed by shutting them down, which Sofia takes for
// the peer's doing.

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "sip/address.h"
#include "sip/connection_limits.h"
#include "sip/sofia.h"

namespace trunkline::sip {

class Connections {
 public:
  struct Events {
    std::function<void(const Flow&)> closed = {};
    /// Asked of those that are idle.
    std::function<bool(const Flow&)> is_needed = {};
  };
  struct Found {
    Flow flow;
    int descriptor = -1;
  };

  explicit Connections(ConnectionLimits limits) : limits_(limits) {}
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  void set_limits(ConnectionLimits limits) { limits_ = limits; }
  void on_events(Events events) { events_ = std::move(events); }
  /// A message came over it. Called on the root's thread.
  void heard(tport_t* transport, const Flow& flow, core::SteadyTime now);
  /// Closes what is beyond the limits, by all connections there are at the moment. Returns how
  /// many.
  std::size_t sweep(const std::vector<Found>& found, core::SteadyTime now);
  std::size_t size() const noexcept { return open_.size(); }

  /// Connections of this process that were made to one of these listeners.
  static std::vector<Found> find(const std::vector<Listener>& listeners);

 private:
  struct Watched {
    Flow flow;
    int pending = 0;
  };
  struct Open {
    core::SteadyTime since{};
    core::SteadyTime last_message{};
    bool has_spoken = false;
    bool is_there = false;  ///< seen in this sweep
  };
  static void on_error(tp_stack_t* stack, tp_client_t* client, tport_t* transport, msg_t* message,
                       int error) noexcept;
  bool is_beyond(const Found& found, const Open& open, core::SteadyTime now) const;

  ConnectionLimits limits_;
  Events events_;
  std::unordered_map<tport_t*, Watched> watched_;
  std::map<Flow, Open> open_;
};

}  // namespace trunkline::sip
