// SPDX-License-Identifier: MIT
#include "ng/stream.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "os/socket.h"
#include "os/system_fault.h"

namespace trunkline::ng {

namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxBuffered = kMaxMessageBytes + kMaxCookie + kReadBytes;

bool is_transient(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

}  // namespace

std::shared_ptr<Stream> Stream::start(os::Reactor& reactor, os::Fd socket, const os::Address& peer,
                                      Phase phase, Events events) {
  // The constructor is private, so make_shared cannot be used.
  std::shared_ptr<Stream> stream(
      new Stream(reactor, std::move(socket), peer, phase, std::move(events)));
  stream->watch();
  return stream;
}

Stream::Stream(os::Reactor& reactor, os::Fd socket, const os::Address& peer, Phase phase,
               Events events)
    : reactor_(reactor),
      socket_(std::move(socket)),
      peer_(peer),
      phase_(phase),
      events_(std::move(events)) {}

void Stream::watch() {
  is_watching_writable_ = phase_ == Phase::connecting || !unsent_.empty();
  registration_.reset();
  const auto interest = is_watching_writable_ ? os::Interest::both : os::Interest::readable;
  registration_ =
      reactor_.watch(socket_.get(), interest, [weak = weak_from_this()](os::Ready ready) {
        if (const auto self = weak.lock()) self->on_ready(ready);
      });
}

void Stream::on_ready(os::Ready ready) {
  if (phase_ == Phase::connecting && !finish_connecting()) return;
  if (ready.is_readable || ready.is_closed) read();
  if (!is_closed() && ready.is_writable) write();
}

bool Stream::finish_connecting() {
  if (auto connected = os::connect_result(socket_.get(), peer_); !connected) {
    fail(std::move(connected.error().message));
    return false;
  }
  phase_ = Phase::open;
  write();
  return !is_closed();
}

void Stream::read() {
  std::array<char, kReadBytes> buffer;
  const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) {
    if (!is_transient(errno)) fail(os::text_of_errno(errno));
    return;
  }
  if (size == 0) return fail("closed by the peer");
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  while (!is_closed() && deliver()) {
  }
  if (!is_closed() && received_.size() > kMaxBuffered) fail("a message of more than 1 MiB", true);
}

bool Stream::deliver() {
  auto next = next_message(received_);
  if (!next) {
    fail(std::move(next.error().message), true);
    return false;
  }
  if (!*next) return false;
  received_.erase(0, (*next)->bytes);
  // A copy, because close() in the callback clears the original.
  const auto message = events_.message;
  message(std::move((*next)->message));
  return true;
}

void Stream::send(std::string_view wire) {
  if (is_closed()) return;
  if (unsent_.size() + wire.size() > kMaxQueuedBytes) return fail("the peer does not read");
  unsent_ += wire;
  if (phase_ == Phase::open && !is_watching_writable_) write();
}

void Stream::write() {
  while (!unsent_.empty()) {
    const auto size = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (size < 0 && is_transient(errno)) break;
    if (size < 0) return fail(os::text_of_errno(errno));
    unsent_.erase(0, static_cast<std::size_t>(size));
  }
  if (is_watching_writable_ == unsent_.empty()) watch();
}

void Stream::close() {
  registration_.reset();
  socket_.reset();
  events_ = {};
}

void Stream::fail(std::string why, bool is_malformed) {
  const auto self = shared_from_this();
  const auto closed = std::move(events_.closed);
  close();
  if (closed) closed(End{.why = std::move(why), .is_malformed = is_malformed});
}

}  // namespace trunkline::ng
