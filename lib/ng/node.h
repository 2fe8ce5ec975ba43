// SPDX-License-Identifier: MIT
#pragma once

// The client's way to one media node: a connected UDP or Unix datagram socket, or a TCP connection,
// made when it is needed. It carries messages; who waits for which cookie is the client's matter.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "ng/endpoint.h"
#include "ng/message.h"
#include "ng/stream.h"
#include "os/fd.h"
#include "os/reactor.h"

namespace trunkline::ng {

class NodeChannel {
 public:
  struct Events {
    std::function<void(Message message)> message;
    /// A TCP connection ended: what was sent over it will not be answered.
    std::function<void(std::string why)> lost;
  };

  NodeChannel(os::Reactor& reactor, const Endpoint& endpoint, Events events);
  ~NodeChannel();
  NodeChannel(const NodeChannel&) = delete;
  NodeChannel& operator=(const NodeChannel&) = delete;

  /// A fault when it could not even be tried.
  [[nodiscard]] core::Result<void> send(std::string_view wire);
  bool is_datagram() const noexcept { return endpoint_.is_datagram(); }

 private:
  core::Result<void> send_datagram(std::string_view wire);
  void send_unix(std::string_view wire);
  void send_rest();
  [[nodiscard]] core::Result<os::Fd> connected_socket() const;
  void watch_datagrams();
  core::Result<void> open_stream();
  void on_ready(os::Ready ready);
  void receive();
  std::optional<std::size_t> receive_one();

  os::Reactor& reactor_;
  Endpoint endpoint_;
  std::shared_ptr<const Events> events_;  ///< shared with the running callback, which may end us
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  os::Fd socket_;
  os::RegistrationPtr registration_;
  /// What a Unix node has no room for yet: its queue holds as few as ten.
  std::deque<std::string> unsent_;
  bool is_watching_writable_ = false;
  std::shared_ptr<Stream> stream_;
  core::Bytes buffer_;
};

}  // namespace trunkline::ng
