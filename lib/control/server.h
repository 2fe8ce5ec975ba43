// SPDX-License-Identifier: MIT
#pragma once

// The daemon's end of the control protocol: verbs answered, events published. Lives on a reactor's
// thread; everything here, a Reply included, belongs to that thread (others post()).
//
// A client costs bounded memory whatever it does: lines, unanswered requests, unread answers and
// connections have limits. One that breaks them is told why, if it still listens, and cut off.
//
//   control::Server server(reactor, "/run/trunkline/sipd/control", 0660);
//   server.on("call.show", [&](const control::Request& request, control::Reply reply) {
//     reply.ok(to_json(...));
//   });

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/message.h"
#include "core/error.h"
#include "core/json.h"
#include "core/time.h"
#include "os/fd.h"
#include "os/reactor.h"
#include "os/unix_socket.h"

namespace trunkline::control {

struct Request {
  std::string verb;
  core::Json args;  ///< an object
  os::PeerCredentials peer;
};

class Connection;

/// Answers one request: any number of items, then one of ok, fail, ok_with_descriptor. Copies
/// share the request. It may be kept and answered later. Answering twice, or a client that has
/// gone, does nothing; a request whose last Reply is dropped unanswered fails with code software.
class Reply {
 public:
  /// Queued at once: for lists that may be longer than a few thousand items use stream().
  void item(core::Json item);
  void ok(core::Json result = core::Json::object());
  void fail(core::Fault fault);
  /// The client receives a descriptor of its own; ours is closed once it is sent.
  void ok_with_descriptor(core::Json result, os::Fd descriptor);
  /// For long lists: asks `next` for items as fast as the client reads, then answers `result`.
  void stream(std::function<std::optional<core::Json>()> next,
              core::Json result = core::Json::object());

  /// Whether someone still waits for the answer.
  bool is_open() const noexcept;

 private:
  friend class Connection;
  struct Pending;
  explicit Reply(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
  std::shared_ptr<Pending> pending_;
};

struct ServerLimits {
  std::size_t connections = 512;           ///< further ones are refused
  std::size_t connections_per_user = 256;  ///< of one uid
  std::size_t unanswered_requests = 64;    ///< of one connection; then it is not read
  std::size_t unread_bytes = std::size_t{8} * 1024 * 1024;  ///< of one connection; then it is cut
  std::size_t held_bytes =
      std::size_t{64} * 1024 * 1024;             ///< of all; the one that exceeds it is cut
  core::Milliseconds half_line_timeout{30'000};  ///< for a line once begun
  core::Milliseconds unread_timeout{60'000};     ///< for a client that reads nothing
};

class Server {
 public:
  using Answer = std::function<void(const Request&, Reply)>;

  /// Listens at once; throws core::Error when it cannot (see os::listen_unix). The socket belongs
  /// to the group trunkline-admin where this host has it and this process is a member.
  Server(os::Reactor& reactor, const std::filesystem::path& path, mode_t mode,
         ServerLimits limits = {}, const core::Clock& clock = core::system_clock());
  /// Closes all connections and removes the socket file.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// `verb` is answered by `answer`; an exception it throws becomes the request's failure.
  /// "subscribe" and "verbs" (lists the verbs) are built in. Asserts that the verb is new.
  void on(std::string verb, Answer answer);
  /// Sends the event to those who subscribed to it (or to "*").
  void publish(std::string_view event, const core::Json& data);

  std::size_t connection_count() const noexcept;
  std::size_t held_bytes() const noexcept;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace trunkline::control
