// SPDX-License-Identifier: MIT
#include "ng/server.h"

#include <algorithm>
#include <unordered_map>

#include "core/bytes.h"
#include "core/log.h"
#include "core/text.h"
#include "ng/datagrams.h"
#include "ng/reply_cache.h"
#include "ng/stream.h"
#include "os/fd.h"
#include "os/socket.h"

namespace trunkline::ng {

namespace {

constexpr int kAcceptsPerTurn = 16;

}  // namespace

class Server::State : public std::enable_shared_from_this<Server::State> {
 public:
  State(os::Reactor& reactor, ServerOptions options, const core::Clock& clock)
      : reactor_(reactor),
        options_(std::move(options)),
        clock_(clock),
        cache_(ReplyCache::Limits{.life = options_.reply_life,
                                  .max_replies = options_.max_cached_replies,
                                  .max_bytes = options_.max_cached_bytes}),
        buffer_(kMaxDatagram) {}

  void listen() {
    for (const auto& endpoint : options_.listen) {
      auto listener = std::make_unique<Listener>();
      auto* const raw = listener.get();
      if (endpoint.is_datagram()) {
        listener->datagrams = core::value_or_throw(Datagrams::open(reactor_, endpoint));
        listener->endpoint = listener->datagrams->endpoint();
        listener->registration =
            reactor_.watch(listener->datagrams->descriptor(), os::Interest::readable,
                           [this, raw](os::Ready) { on_datagrams(*raw); });
      } else {
        listener->socket = core::value_or_throw(os::listen_tcp(endpoint.address));
        listener->endpoint = {.transport = endpoint.transport,
                              .address = os::local_address(listener->socket.get())};
        listener->registration = reactor_.watch(listener->socket.get(), os::Interest::readable,
                                                [this, raw](os::Ready) { on_connections(*raw); });
      }
      listeners_.push_back(std::move(listener));
    }
  }

  void stop() {
    listeners_.clear();
    for (const auto& [id, stream] : streams_) stream->close();
    streams_.clear();
  }

  void on(std::string command, Handler handler) {
    handlers_[std::move(command)] = std::move(handler);
  }

  const ServerCounters& counters() const noexcept { return counters_; }

  std::vector<Endpoint> listening() const {
    std::vector<Endpoint> endpoints;
    endpoints.reserve(listeners_.size());
    for (const auto& listener : listeners_) endpoints.push_back(listener->endpoint);
    return endpoints;
  }

 private:
  struct Listener {
    Endpoint endpoint;
    std::unique_ptr<Datagrams> datagrams;  ///< else it listens for connections
    os::Fd socket;
    os::RegistrationPtr registration;
  };
  /// Where a reply goes: a datagram from one of our sockets, or a stream that may be gone by then.
  struct Channel {
    Datagrams* datagrams = nullptr;
    Sender sender = {};
    std::weak_ptr<Stream> stream = {};
  };

  bool is_allowed(const os::Address& peer) {
    const bool is_allowed =
        std::any_of(options_.allow.begin(), options_.allow.end(),
                    [&](const os::Network& network) { return network.contains(peer); });
    if (!is_allowed) ++counters_.refused;
    return is_allowed;
  }

  void on_datagrams(Listener& listener) {
    const bool is_open_to_all = listener.endpoint.transport == Transport::unix_datagram;
    for (int i = 0; i < kDatagramsPerTurn; ++i) {
      auto datagram = listener.datagrams->receive(buffer_);
      if (!datagram) return;
      if (!is_open_to_all && !is_allowed(datagram->from.address)) continue;
      if (datagram->is_cut) {
        ++counters_.malformed;
        continue;
      }
      const auto bytes = core::as_text(core::ByteView(buffer_).first(datagram->size));
      on_datagram(
          Channel{.datagrams = listener.datagrams.get(), .sender = std::move(datagram->from)},
          bytes);
    }
  }

  void on_datagram(const Channel& channel, std::string_view bytes) {
    const auto parts = split_cookie(bytes);
    if (!parts) {
      ++counters_.without_cookie;
      return;
    }
    const auto cookie = parts->first;
    auto message = parse_message(bytes);
    if (!message) {
      ++counters_.malformed;
      const Form form = form_of(core::trim(parts->second));
      transmit(channel, to_wire(cookie, error_reply(message.error().message), form));
      return;
    }
    const auto lookup = cache_.begin(channel.sender.text(), cookie, clock_.steady());
    if (lookup.known != ReplyCache::Known::unknown) {
      ++counters_.retransmissions;
      if (lookup.known == ReplyCache::Known::answered) transmit(channel, lookup.reply);
      return;
    }
    handle(channel, std::move(*message));
  }

  void on_connections(Listener& listener) {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      auto accepted = os::accept_tcp(listener.socket.get());
      if (!accepted) {
        core::log_warning("cannot accept an NG connection", {{"error", accepted.error().message}});
        return;
      }
      if (!*accepted) return;
      auto& connection = **accepted;
      if (!is_allowed(connection.peer)) continue;
      if (streams_.size() >= options_.max_connections) {
        ++counters_.refused;
        continue;
      }
      open_stream(std::move(connection.socket), connection.peer);
    }
  }

  void open_stream(os::Fd socket, const os::Address& peer) {
    const auto id = ++last_stream_;
    auto stream = Stream::start(reactor_, std::move(socket), peer, Stream::Phase::open,
                                Stream::Events{.message =
                                                   [this, id](Message message) {
                                                     const auto found = streams_.find(id);
                                                     if (found == streams_.end()) return;
                                                     handle(Channel{.stream = found->second},
                                                            std::move(message));
                                                   },
                                               .closed =
                                                   [this, id](const Stream::End& end) {
                                                     if (end.is_malformed) ++counters_.malformed;
                                                     streams_.erase(id);
                                                   }});
    streams_.emplace(id, std::move(stream));
  }

  void handle(const Channel& channel, Message&& message) {
    ++counters_.requests;
    Respond respond = [weak = weak_from_this(), channel, cookie = std::move(message.cookie),
                       form = message.form,
                       is_answered = std::make_shared<bool>(false)](const Dictionary& reply) {
      if (std::exchange(*is_answered, true)) return;
      if (const auto self = weak.lock()) self->answer(channel, cookie, reply, form);
    };
    const Request request{.command = std::string(message.body.text("command")),
                          .body = std::move(message.body)};
    const auto found = handlers_.find(request.command);
    if (found == handlers_.end()) {
      ++counters_.unknown_commands;
      respond(error_reply("Unrecognized command"));
      return;
    }
    found->second(request, std::move(respond));
  }

  void answer(const Channel& channel, const std::string& cookie, const Dictionary& reply,
              Form form) {
    auto wire = to_wire(cookie, reply, form);
    const bool is_datagram = channel.datagrams != nullptr;
    if (is_datagram && wire.size() > kMaxDatagramReply) {
      ++counters_.too_large;
      wire = to_wire(cookie, error_reply("too large, use TCP"), form);
    }
    transmit(channel, wire);
    if (is_datagram) cache_.finish(channel.sender.text(), cookie, std::move(wire));
  }

  void transmit(const Channel& channel, std::string_view wire) {
    if (channel.datagrams != nullptr) {
      channel.datagrams->send(channel.sender, wire);
    } else if (const auto stream = channel.stream.lock()) {
      stream->send(wire);
    }
  }

  os::Reactor& reactor_;
  ServerOptions options_;
  const core::Clock& clock_;
  ReplyCache cache_;
  core::Bytes buffer_;
  ServerCounters counters_;
  std::unordered_map<std::string, Handler> handlers_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Stream>> streams_;
  std::uint64_t last_stream_ = 0;
};

Server::Server(os::Reactor& reactor, ServerOptions options, const core::Clock& clock)
    : state_(std::make_shared<State>(reactor, std::move(options), clock)) {
  state_->listen();
}

Server::~Server() {
  state_->stop();
}

void Server::on(std::string command, Handler handler) {
  state_->on(std::move(command), std::move(handler));
}

const ServerCounters& Server::counters() const noexcept {
  return state_->counters();
}

std::vector<Endpoint> Server::listening() const {
  return state_->listening();
}

}  // namespace trunkline::ng
