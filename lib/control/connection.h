// SPDX-License-Identifier: MIT
#pragma once

// One client of the server: cuts its bytes into requests, queues what it has not read yet, and
// enforces the limits of one connection. Private to control::Server, which owns it and is told of
// requests and of the end.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "control/lines.h"
#include "control/message.h"
#include "control/server.h"
#include "core/time.h"
#include "os/fd.h"
#include "os/reactor.h"
#include "os/unix_socket.h"

namespace trunkline::control {

/// What a connection needs from its server.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void on_request(const std::shared_ptr<Connection>& connection, RequestLine request) = 0;
  /// The connection is closed; the owner forgets it.
  virtual void on_closed(Connection& connection) = 0;
  /// Memory that connections hold together grew or shrank; false: it is more than allowed.
  virtual bool account(std::ptrdiff_t bytes) = 0;
  virtual os::Reactor& reactor() = 0;
  virtual const ServerLimits& limits() const = 0;
  virtual core::SteadyTime now() const = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionOwner& owner, os::Fd socket, os::PeerCredentials peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read; not in the constructor, because callbacks need the shared pointer.
  void start();
  const os::PeerCredentials& peer() const noexcept { return peer_; }
  bool is_closed() const noexcept { return owner_ == nullptr; }
  /// Drops what is queued. The owner is told.
  void close(std::string_view why);
  /// The same when the owner itself goes.
  void abandon() noexcept;
  /// Looks after what no event tells: deadlines, and a hang-up while nothing is watched.
  void check();

  void subscribe(std::set<std::string> events) { subscriptions_.merge(std::move(events)); }
  bool wants(std::string_view event) const;

  /// Queues a line of ours.
  void send(std::string line, os::Fd descriptor = {});
  void send_failure(std::optional<RequestId> id, core::Fault fault);

  Reply make_reply(RequestId id);
  /// A reply was given: another request may be read.
  void on_answered();
  void add_stream(std::shared_ptr<Reply::Pending> stream);

 private:
  struct Chunk {
    std::string bytes;
    os::Fd descriptor;  ///< goes with the first byte
  };

  void on_ready(os::Ready ready);
  void read(bool is_hung_up);
  void take_lines();
  void take_line(const std::string& line);
  bool may_take_more() const;
  void schedule();
  void advance();
  void pump_streams();
  void flush();
  void update_watch();
  void account();
  void end_after_flush();

  ConnectionOwner* owner_;  ///< null once closed
  os::Fd socket_;
  os::PeerCredentials peer_;
  Lines lines_;
  std::set<std::string, std::less<>> subscriptions_;
  std::deque<std::shared_ptr<Reply::Pending>> streams_;

  std::deque<Chunk> queue_;
  std::size_t front_sent_ = 0;  ///< bytes of the first chunk that are gone
  std::size_t queued_bytes_ = 0;
  std::size_t accounted_bytes_ = 0;
  std::size_t unanswered_ = 0;
  bool is_ending_ = false;        ///< reads no more, closes when all is sent
  bool has_half_closed_ = false;  ///< the client sends no more but may still read
  bool is_scheduled_ = false;
  std::optional<core::SteadyTime> line_began_;
  std::optional<core::SteadyTime> unread_since_;

  std::optional<os::Interest> watched_;
  os::RegistrationPtr watch_;  ///< last member: goes before the socket it watches
};

/// A request on its way to its answer.
struct Reply::Pending {
  Pending(std::weak_ptr<Connection> client, RequestId request_id)
      : connection(std::move(client)), id(request_id) {}
  ~Pending();
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  void send(const AnswerLine& answer, os::Fd descriptor = {});
  /// One more item of a stream, or its end; false after the end.
  bool send_next();

  std::weak_ptr<Connection> connection;
  RequestId id;
  bool is_answered = false;
  std::function<std::optional<core::Json>()> next;  ///< of a stream
  core::Json result;                                ///< answers a stream's end
};

}  // namespace trunkline::control
