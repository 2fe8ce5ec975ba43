// SPDX-License-Identifier: MIT
#pragma once

// A daemon's subscription to another daemon's events. It reconnects by itself, for ever; events
// published while it was away are lost, so whoever needs them asks again on connected.
// Lives on the reactor's thread. Destroying it inside its own callbacks is safe.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/message.h"
#include "core/time.h"
#include "os/reactor.h"

namespace trunkline::control {

enum class LinkState : std::uint8_t { connected, disconnected };

class Subscriber {
 public:
  using OnEvent = std::function<void(const Event&)>;
  /// Called on each change; the first call may only come once the other daemon is there.
  using OnState = std::function<void(LinkState)>;

  Subscriber(os::Reactor& reactor, std::filesystem::path path, std::vector<std::string> events,
             OnEvent on_event, OnState on_state = {},
             core::Milliseconds longest_pause = core::Milliseconds{5000});
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  bool is_connected() const noexcept;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace trunkline::control
