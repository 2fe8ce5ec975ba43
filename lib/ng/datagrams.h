// SPDX-License-Identifier: MIT
#pragma once

// The server's datagram sockets, UDP and Unix, seen alike: what arrived, and from whom, so that it
// can be answered. An answer that a Unix client has no room for waits here until it reads on: a
// queue holds as few as ten datagrams there (net.unix.max_dgram_qlen).

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "ng/endpoint.h"
#include "os/fd.h"
#include "os/reactor.h"
#include "os/unix_socket.h"

namespace trunkline::ng {

/// Whom an answer goes to.
struct Sender {
  os::Address address = {};  ///< UDP's
  std::string name = {};     ///< a Unix socket's, as the kernel writes it

  /// Tells senders of one server apart.
  std::string text() const { return name.empty() ? address.text() : "unix:" + name; }
};

class Datagrams {
 public:
  /// Binds at once. A Unix socket has mode 0660 and the operators' group
  /// (os::share_with_operators).
  [[nodiscard]] static core::Result<std::unique_ptr<Datagrams>> open(os::Reactor& reactor,
                                                                     const Endpoint& endpoint);
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  /// With the port that the system chose.
  const Endpoint& endpoint() const noexcept { return endpoint_; }
  int descriptor() const noexcept { return socket_.get(); }

  struct Arrived {
    std::size_t size = 0;  ///< bytes in the buffer
    Sender from = {};
    bool is_cut = false;  ///< it was longer than the buffer
  };
  /// Nothing when none waits.
  std::optional<Arrived> receive(std::span<std::byte> buffer);
  /// What cannot be sent is lost like any datagram: the client asks again.
  void send(const Sender& to, std::string_view wire);

  static constexpr std::size_t kMostUnsent = 4096;

 private:
  Datagrams(os::Reactor& reactor, Endpoint endpoint, os::Fd socket);
  bool is_unix() const noexcept { return endpoint_.transport == Transport::unix_datagram; }
  void send_rest();

  /// What one client has no room for, in order.
  struct Waiting {
    std::deque<std::string> wires = {};
    unsigned tries = 0;  ///< in a row without room
  };
  bool has_room(const std::string& name, Waiting& waiting);

  os::Reactor& reactor_;
  Endpoint endpoint_;
  os::Fd socket_;
  os::SocketFile file_;
  std::map<std::string, Waiting> waiting_;  ///< by name
  std::size_t unsent_ = 0;                  ///< of all of them
  os::RegistrationPtr retry_;
};

}  // namespace trunkline::ng
