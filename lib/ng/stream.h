// SPDX-License-Identifier: MIT
#pragma once

// One TCP connection that carries NG messages either way, for the server and the client alike. What
// cannot be understood, and a peer that does not read its replies, closes it.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ng/message.h"
#include "os/address.h"
#include "os/fd.h"
#include "os/reactor.h"

namespace trunkline::ng {

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  struct End {
    std::string why = {};       ///< for the log
    bool is_malformed = false;  ///< the peer does not speak NG
  };
  struct Events {
    std::function<void(Message message)> message;
    /// Once, at the end that was not close().
    std::function<void(End end)> closed;
  };

  enum class Phase : std::uint8_t { connecting, open };

  /// Both callbacks may destroy the last owner of the stream.
  static std::shared_ptr<Stream> start(os::Reactor& reactor, os::Fd socket, const os::Address& peer,
                                       Phase phase, Events events);

  /// Queued until the socket takes it.
  void send(std::string_view wire);
  /// No callback runs any more.
  void close();
  bool is_closed() const noexcept { return !socket_; }
  const os::Address& peer() const noexcept { return peer_; }

  static constexpr std::size_t kMaxQueuedBytes = std::size_t{8} * 1024 * 1024;

 private:
  Stream(os::Reactor& reactor, os::Fd socket, const os::Address& peer, Phase phase, Events events);
  void watch();
  void on_ready(os::Ready ready);
  bool finish_connecting();
  void read();
  bool deliver();
  void write();
  void fail(std::string why, bool is_malformed = false);

  os::Reactor& reactor_;
  os::Fd socket_;
  os::Address peer_;
  Phase phase_;
  Events events_;
  std::string received_;
  std::string unsent_;
  bool is_watching_writable_ = false;
  os::RegistrationPtr registration_;
};

}  // namespace trunkline::ng
