// SPDX-License-Identifier: MIT
#include "ng/node.h"

#include "os/socket.h"
#include "os/unix_socket.h"

namespace trunkline::ng {

namespace {

constexpr std::size_t kMaxDatagramPayload = 65'507;
/// More is lost, and sent again by its own timer.
constexpr std::size_t kMostUnsent = 8192;

}  // namespace

NodeChannel::NodeChannel(os::Reactor& reactor, const Endpoint& endpoint, Events events)
    : reactor_(reactor),
      endpoint_(endpoint),
      events_(std::make_shared<const Events>(std::move(events))) {}

NodeChannel::~NodeChannel() {
  *is_alive_ = false;
  if (stream_) stream_->close();
}

core::Result<void> NodeChannel::send(std::string_view wire) {
  if (is_datagram()) return send_datagram(wire);
  if (!stream_ || stream_->is_closed()) {
    if (auto opened = open_stream(); !opened) return opened;
  }
  stream_->send(wire);
  return {};
}

core::Result<void> NodeChannel::send_datagram(std::string_view wire) {
  const bool is_unix = endpoint_.transport == Transport::unix_datagram;
  if (wire.size() > kMaxDatagramPayload) {
    return core::fault(core::ExitCode::failed,
                       "cannot ask the media node: too large for a datagram",
                       "list the node as tcp:ADDRESS in sip.ng");
  }
  if (!socket_) {
    auto socket = connected_socket();
    // A node that is not there is one that does not answer: it may come while we ask again.
    if (!socket && is_unix) return {};
    if (!socket) return tl::unexpected(std::move(socket.error()));
    socket_ = std::move(*socket);
    buffer_.resize(kMaxDatagram);
    watch_datagrams();
  }
  if (is_unix) {
    send_unix(wire);
  } else {
    // What the kernel does not take is lost like any datagram, and sent again.
    (void)os::send_to(socket_.get(), core::as_bytes(wire), endpoint_.address);
  }
  return {};
}

/// Connected, so that only the node's datagrams arrive.
core::Result<os::Fd> NodeChannel::connected_socket() const {
  if (endpoint_.transport == Transport::unix_datagram) {
    return os::connect_unix_datagram(endpoint_.path);
  }
  auto socket = os::bind_udp(os::Address::any(endpoint_.address.family()));
  if (!socket) return socket;
  if (auto connected = os::connect_udp(socket->get(), endpoint_.address); !connected) {
    return tl::unexpected(std::move(connected.error()));
  }
  return socket;
}

void NodeChannel::watch_datagrams() {
  is_watching_writable_ = !unsent_.empty();
  const auto interest = is_watching_writable_ ? os::Interest::both : os::Interest::readable;
  registration_.reset();
  registration_ =
      reactor_.watch(socket_.get(), interest, [this](os::Ready ready) { on_ready(ready); });
}

void NodeChannel::send_unix(std::string_view wire) {
  if (unsent_.size() >= kMostUnsent) return;
  unsent_.emplace_back(wire);
  if (!is_watching_writable_) send_rest();
}

void NodeChannel::send_rest() {
  while (!unsent_.empty()) {
    const auto fate = os::send_unix_datagram(socket_.get(), core::as_bytes(unsent_.front()));
    if (fate == os::DatagramFate::full) break;
    if (fate == os::DatagramFate::refused) {
      // The node has ended: another socket for the one that comes after it.
      unsent_.clear();
      registration_.reset();
      socket_.reset();
      return;
    }
    unsent_.pop_front();
  }
  if (is_watching_writable_ == unsent_.empty()) watch_datagrams();
}

core::Result<void> NodeChannel::open_stream() {
  auto socket = os::start_connect_tcp(endpoint_.address);
  if (!socket) return tl::unexpected(std::move(socket.error()));
  stream_ = Stream::start(
      reactor_, std::move(*socket), endpoint_.address, Stream::Phase::connecting,
      Stream::Events{
          .message = [events = events_](Message message) { events->message(std::move(message)); },
          .closed = [events = events_](Stream::End end) { events->lost(std::move(end.why)); }});
  return {};
}

void NodeChannel::on_ready(os::Ready ready) {
  const auto is_alive = is_alive_;
  receive();
  if (*is_alive && socket_ && ready.is_writable) send_rest();
}

void NodeChannel::receive() {
  const auto events = events_;
  const auto is_alive = is_alive_;
  for (int i = 0; *is_alive && socket_ && i < kDatagramsPerTurn; ++i) {
    const auto size = receive_one();
    if (!size) return;
    const auto bytes = core::as_text(core::ByteView(buffer_).first(*size));
    if (auto message = parse_message(bytes)) events->message(std::move(*message));
  }
}

std::optional<std::size_t> NodeChannel::receive_one() {
  if (endpoint_.transport == Transport::unix_datagram) {
    const auto datagram = os::receive_unix_datagram(socket_.get(), buffer_);
    return datagram ? std::optional(datagram->size) : std::nullopt;
  }
  const auto datagram = os::receive_from(socket_.get(), buffer_);
  return datagram ? std::optional(datagram->size) : std::nullopt;
}

}  // namespace trunkline::ng
