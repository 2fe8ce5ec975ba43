// SPDX-License-Identifier: MIT
#include "ng/node.h"

#include <cerrno>

#include "os/socket.h"
#include "os/system_fault.h"

namespace trunkline::ng {

namespace {

constexpr std::size_t kMaxDatagram = 65'536;
constexpr std::size_t kMaxDatagramPayload = 65'507;
constexpr int kDatagramsPerTurn = 64;

}  // namespace

NodeChannel::NodeChannel(os::Reactor& reactor, const os::Endpoint& endpoint, Events events)
    : reactor_(reactor),
      endpoint_(endpoint),
      events_(std::make_shared<const Events>(std::move(events))) {}

NodeChannel::~NodeChannel() {
  *is_alive_ = false;
  if (stream_) stream_->close();
}

core::Result<void> NodeChannel::send(std::string_view wire) {
  if (is_datagram()) {
    if (wire.size() > kMaxDatagramPayload) {
      return core::fault(core::ExitCode::failed, "cannot ask the media node: too large for UDP",
                         "list the node as tcp:ADDRESS in sip.ng");
    }
    if (!socket_) {
      if (auto opened = open_datagram(); !opened) return opened;
    }
    // What the kernel does not take is lost like any datagram, and sent again.
    (void)os::send_to(socket_.get(), core::as_bytes(wire), endpoint_.address);
    return {};
  }
  if (!stream_ || stream_->is_closed()) {
    if (auto opened = open_stream(); !opened) return opened;
  }
  stream_->send(wire);
  return {};
}

core::Result<void> NodeChannel::open_datagram() {
  auto socket = os::bind_udp(os::Address::any(endpoint_.address.family()));
  if (!socket) return tl::unexpected(std::move(socket.error()));
  // Connected, so that only the node's datagrams arrive.
  if (auto connected = os::connect_udp(socket->get(), endpoint_.address); !connected) {
    return connected;
  }
  socket_ = std::move(*socket);
  buffer_.resize(kMaxDatagram);
  registration_ =
      reactor_.watch(socket_.get(), os::Interest::readable, [this](os::Ready) { on_datagrams(); });
  return {};
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

void NodeChannel::on_datagrams() {
  const auto events = events_;
  const auto is_alive = is_alive_;
  for (int i = 0; *is_alive && i < kDatagramsPerTurn; ++i) {
    const auto datagram = os::receive_from(socket_.get(), buffer_);
    if (!datagram) return;
    const auto bytes = core::as_text(core::ByteView(buffer_).first(datagram->size));
    if (auto message = parse_message(bytes)) events->message(std::move(*message));
  }
}

}  // namespace trunkline::ng
