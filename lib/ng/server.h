// SPDX-License-Identifier: MIT
#pragma once

// The commanded end of the NG protocol over UDP, TCP and Unix datagrams on a Reactor. A
// retransmitted request is answered again, not done again; while its first answer is still being
// made it is dropped. Peers outside the allow list (on a Unix socket its mode decides alone),
// datagrams without a cookie and malformed bodies are counted; only the last get an answer. An
// unknown command is the error "Unrecognized command".

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/time.h"
#include "ng/endpoint.h"
#include "ng/message.h"
#include "os/address.h"
#include "os/reactor.h"

namespace trunkline::ng {

struct ServerOptions {
  std::vector<Endpoint> listen = {};  ///< port 0: any
  std::vector<os::Network> allow = {};
  std::size_t max_cached_replies = 16'384;
  std::size_t max_cached_bytes = std::size_t{64} * 1024 * 1024;
  core::Milliseconds reply_life = core::Seconds(30);
  std::size_t max_connections = 64;
};

struct ServerCounters {
  std::uint64_t requests = 0;
  std::uint64_t retransmissions = 0;  ///< answered from the cache, or dropped while in progress
  std::uint64_t malformed = 0;
  std::uint64_t without_cookie = 0;
  std::uint64_t refused = 0;  ///< peer not on the allow list
  std::uint64_t unknown_commands = 0;
  std::uint64_t too_large = 0;
};

/// Answers one request, once, on the reactor's thread, at once or later. Later answers to a server
/// that is gone are dropped. Never answering leaves the client to its deadline.
using Respond = std::function<void(Dictionary reply)>;
using Handler = std::function<void(const Request& request, Respond respond)>;

class Server {
 public:
  /// Throws core::Error when an address cannot be listened on.
  Server(os::Reactor& reactor, ServerOptions options,
         const core::Clock& clock = core::system_clock());
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void on(std::string command, Handler handler);

  const ServerCounters& counters() const noexcept;
  /// What is listened on, with the ports the system chose.
  std::vector<Endpoint> listening() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace trunkline::ng
