// SPDX-License-Identifier: MIT
#include "control/connection.h"

#include <poll.h>

#include <array>
#include <cassert>

#include "core/log.h"

namespace trunkline::control {
namespace {

/// Streams are asked for more, and requests are read, only while less than this waits to be read.
constexpr std::size_t kLowWater = std::size_t{64} * 1024;
constexpr std::size_t kReadSize = std::size_t{64} * 1024;
/// Short lines share a chunk up to this size.
constexpr std::size_t kChunkSize = std::size_t{16} * 1024;

}  // namespace

Connection::Connection(ConnectionOwner& owner, os::Fd socket, os::PeerCredentials peer)
    : owner_(&owner), socket_(std::move(socket)), peer_(peer) {}

Connection::~Connection() = default;

void Connection::start() {
  update_watch();
}

void Connection::close(std::string_view why) {
  if (is_closed()) return;
  if (!why.empty())
    core::log_warning("control client cut off",
                      {{"uid", peer_.uid}, {"pid", peer_.pid}, {"reason", why}});
  ConnectionOwner& owner = *owner_;
  (void)owner.account(-static_cast<std::ptrdiff_t>(accounted_bytes_));
  abandon();
  owner.on_closed(*this);
}

void Connection::abandon() noexcept {
  owner_ = nullptr;
  watch_.reset();
  watched_.reset();
  socket_.reset();
  queue_.clear();
  // Their last owner may be a callback that is on the stack right now.
  const auto streams = std::exchange(streams_, {});
  for (const auto& stream : streams) stream->is_answered = true;
}

bool Connection::wants(std::string_view event) const {
  return !is_ending_ && (subscriptions_.contains(event) || subscriptions_.contains("*"));
}

void Connection::check() {
  if (is_closed()) return;
  const core::SteadyTime now = owner_->now();
  if (line_began_ && now - *line_began_ > owner_->limits().half_line_timeout && !is_ending_) {
    send_failure(std::nullopt, {core::ExitCode::protocol, "a line was begun and not ended"});
    end_after_flush();
    return;
  }
  if (unread_since_ && now - *unread_since_ > owner_->limits().unread_timeout) {
    close("reads nothing");
    return;
  }
  if (watch_ != nullptr) return;
  pollfd polled{socket_.get(), 0, 0};
  if (::poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)) != 0) close("");
}

void Connection::send(std::string line, os::Fd descriptor) {
  if (is_closed()) return;
  queued_bytes_ += line.size();
  if (!unread_since_) unread_since_ = owner_->now();
  const bool fits = !queue_.empty() && !descriptor && !queue_.back().descriptor &&
                    queue_.back().bytes.size() + line.size() <= kChunkSize;
  if (fits) {
    queue_.back().bytes += line;
  } else {
    queue_.push_back({std::move(line), std::move(descriptor)});
  }
  if (queued_bytes_ >= kLowWater) flush();
  if (is_closed()) return;
  if (queued_bytes_ > owner_->limits().unread_bytes) {
    close("reads too slowly");
    return;
  }
  account();
  if (!is_closed()) schedule();
}

void Connection::send_failure(std::optional<RequestId> id, core::Fault fault) {
  send(to_wire(AnswerLine{.kind = AnswerLine::Kind::failed, .id = id, .fault = std::move(fault)}));
}

Reply Connection::make_reply(RequestId id) {
  ++unanswered_;
  return Reply(std::make_shared<Reply::Pending>(weak_from_this(), id));
}

void Connection::on_answered() {
  assert(unanswered_ > 0);
  --unanswered_;
  schedule();
}

void Connection::add_stream(std::shared_ptr<Reply::Pending> stream) {
  streams_.push_back(std::move(stream));
  schedule();
}

void Connection::on_ready(os::Ready ready) {
  const auto self = shared_from_this();
  if (ready.is_writable) flush();
  if (is_closed()) return;
  const bool is_reading = watched_ && *watched_ != os::Interest::writable;
  if (is_reading && (ready.is_readable || ready.is_closed)) {
    read(ready.is_closed);
  } else if (ready.is_closed) {
    close("");
  }
  if (!is_closed()) advance();
}

void Connection::read(bool is_hung_up) {
  std::array<std::byte, kReadSize> buffer;
  // Descriptors that a client attaches are closed at once.
  const os::Received received = os::receive_some(socket_.get(), buffer);
  if (received.transfer.would_block) return;
  if (received.transfer.is_closed) {
    // One that closed its sending half only still waits for answers.
    has_half_closed_ = true;
    if (is_hung_up) close("");
    return;
  }
  lines_.append(core::as_text(core::ByteView(buffer).first(received.transfer.size)));
}

bool Connection::may_take_more() const {
  return !is_closed() && !is_ending_ && queued_bytes_ < kLowWater &&
         unanswered_ < owner_->limits().unanswered_requests;
}

void Connection::take_lines() {
  while (may_take_more()) {
    const auto line = lines_.next();
    if (!line) break;
    line_began_.reset();
    if (!line->empty()) take_line(*line);
  }
  if (is_closed() || is_ending_) return;
  if (lines_.has_overflowed()) {
    send_failure(std::nullopt, {core::ExitCode::protocol, "a line is longer than 1 MiB"});
    end_after_flush();
    return;
  }
  if (lines_.size() == 0 || !may_take_more())
    line_began_.reset();
  else if (!line_began_)
    line_began_ = owner_->now();
}

void Connection::take_line(const std::string& line) {
  auto request = parse_request(line);
  if (!request) {
    const auto id = id_of(line);
    send_failure(id, std::move(request.error()));
    // Without an id it was perhaps never meant to be this protocol.
    if (!id) end_after_flush();
    return;
  }
  owner_->on_request(shared_from_this(), std::move(*request));
}

void Connection::schedule() {
  if (is_closed() || is_scheduled_) return;
  is_scheduled_ = true;
  owner_->reactor().post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->is_closed()) return;
    self->is_scheduled_ = false;
    self->advance();
  });
}

/// Everything that can go on without the client doing something.
void Connection::advance() {
  take_lines();
  if (is_closed()) return;
  pump_streams();
  if (is_closed()) return;
  flush();
  if (is_closed()) return;
  const bool has_whole_line = lines_.size() > 0 && !line_began_;
  const bool is_done = queue_.empty() && unanswered_ == 0 && !has_whole_line;
  const bool has_ended =
      is_ending_ ? queue_.empty() : has_half_closed_ && is_done && subscriptions_.empty();
  if (has_ended) {
    close("");
    return;
  }
  // Flushed as fast as it was pumped: go on in the next turn, others are waiting too.
  if (!streams_.empty() && queued_bytes_ < kLowWater) schedule();
  if (may_take_more() && has_whole_line) schedule();
  account();
  if (!is_closed()) update_watch();
}

void Connection::pump_streams() {
  while (!is_closed() && !is_ending_ && !streams_.empty() && queued_bytes_ < kLowWater) {
    const auto stream = streams_.front();
    if (!stream->send_next() && !is_closed()) streams_.pop_front();
  }
}

void Connection::flush() {
  while (!queue_.empty()) {
    Chunk& front = queue_.front();
    const auto rest = core::as_bytes(front.bytes).subspan(front_sent_);
    const os::Transfer sent = os::send_some(socket_.get(), rest, front.descriptor.get());
    if (sent.is_closed) {
      close("");
      return;
    }
    if (sent.would_block) return;
    front.descriptor.reset();
    front_sent_ += sent.size;
    queued_bytes_ -= sent.size;
    unread_since_ = owner_->now();
    if (front_sent_ < front.bytes.size()) continue;
    queue_.pop_front();
    front_sent_ = 0;
  }
  unread_since_.reset();
}

void Connection::update_watch() {
  const bool reads = !has_half_closed_ && may_take_more();
  const bool writes = !queue_.empty();
  std::optional<os::Interest> wanted;
  if (reads && writes) wanted = os::Interest::both;
  if (reads && !writes) wanted = os::Interest::readable;
  if (!reads && writes) wanted = os::Interest::writable;
  if (wanted == watched_) return;
  watch_.reset();
  watched_ = wanted;
  if (!wanted) return;
  watch_ =
      owner_->reactor().watch(socket_.get(), *wanted, [this](os::Ready ready) { on_ready(ready); });
}

void Connection::account() {
  const std::size_t held = queued_bytes_ + lines_.size();
  const auto change =
      static_cast<std::ptrdiff_t>(held) - static_cast<std::ptrdiff_t>(accounted_bytes_);
  if (change == 0) return;
  accounted_bytes_ = held;
  if (!owner_->account(change) && change > 0) close("all clients together hold too much");
}

void Connection::end_after_flush() {
  if (is_closed()) return;
  is_ending_ = true;
  schedule();
}

}  // namespace trunkline::control
