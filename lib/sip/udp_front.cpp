// SPDX-License-Identifier: MIT
#include "sip/udp_front.h"

#include <fcntl.h>

#include <utility>

#include "core/bytes.h"
#include "core/log.h"
#include "os/socket.h"
#include "os/source_filter.h"
#include "sip/doorkeeper.h"
#include "sip/epoll_watch.h"
#include "sip/root.h"

// Receives one message from a transport's socket, as when its loop finds it readable; Sofia exports
// it and declares it in no header that is installed.
extern "C" {
extern void tport_recv_event(tport_t* self);
}

namespace trunkline::sip {

namespace {

/// A plain REGISTER that needs more is none.
constexpr std::size_t kPlainMax = 4096;
/// Datagrams between two looks at everything else that waits.
constexpr int kAtOnce = 64;

}  // namespace

std::shared_ptr<UdpFront> UdpFront::open(Root& root, tport_t* transport, const Endpoint& local,
                                         Doorkeeper* doorkeeper, OnPlain on_plain) {
  auto front = std::make_shared<UdpFront>(transport, local, doorkeeper, std::move(on_plain));
  if (front->start(root)) return front;
  core::log_warning("REGISTERs take the long way", {{"peer", local.text()}});
  return nullptr;
}

UdpFront::UdpFront(tport_t* transport, Endpoint local, Doorkeeper* doorkeeper, OnPlain on_plain)
    : transport_(transport),
      local_(std::move(local)),
      doorkeeper_(doorkeeper),
      on_plain_(std::move(on_plain)),
      buffer_(kPlainMax) {}

bool UdpFront::start(Root& root) {
  const auto address = os::Address::parse(local_.text());
  if (!address) return false;
  const auto sockets = os::sockets_at(os::Transport::udp, *address);
  if (sockets.size() != 1) return false;
  const EpollWatch watch = find_epoll_watch(sockets.front());
  if (!watch.is_found()) return false;
  socket_ = os::Fd(::fcntl(sockets.front(), F_DUPFD_CLOEXEC, 0));
  if (!socket_) return false;
  watch_ = root.watch(socket_.get(), os::Interest::readable, [this](os::Ready) { serve(); });
  return watch_errors_only(watch, sockets.front());
}

void UdpFront::close() {
  watch_.reset();
}

void UdpFront::serve() {
  const auto alive = shared_from_this();
  for (int count = 0; count < kAtOnce && watch_; ++count) {
    const auto datagram = os::peek_from(socket_.get(), buffer_);
    if (!datagram) return;
    if (!datagram->is_cut) {
      const core::ByteView bytes = core::ByteView(buffer_).first(datagram->size);
      if (auto plain = read_plain_register(core::as_text(bytes))) {
        os::discard(socket_.get());
        take(*plain, datagram->from);
        continue;
      }
    }
    tport_recv_event(transport_);
  }
}

void UdpFront::take(PlainRegister& plain, const os::Address& from) {
  ++taken_;
  if (doorkeeper_ != nullptr && !doorkeeper_->admits(from)) return;
  on_plain_(shared_from_this(), plain, from);
}

void UdpFront::send(const std::string& text, const os::Address& to) const {
  // An error that an earlier answer met is told in place of sending this one.
  if (os::send_to(socket_.get(), core::as_bytes(text), to)) return;
  (void)os::send_to(socket_.get(), core::as_bytes(text), to);
}

}  // namespace trunkline::sip
