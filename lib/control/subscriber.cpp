// SPDX-License-Identifier: MIT
#include "control/subscriber.h"

#include <algorithm>
#include <array>

#include "control/lines.h"
#include "core/log.h"
#include "os/fd.h"
#include "os/unix_socket.h"

namespace trunkline::control {
namespace {

constexpr core::Milliseconds kFirstPause{100};

}  // namespace

struct Subscriber::State : std::enable_shared_from_this<State> {
  explicit State(os::Reactor& its_reactor) : reactor(its_reactor) {}

  void connect();
  void subscribe();
  void on_ready();
  void take(const Incoming& incoming);
  void lose(std::string_view why);
  /// Ends for good; a callback may be on the stack.
  void stop() noexcept;

  os::Reactor& reactor;
  std::filesystem::path path;
  std::vector<std::string> events;
  OnEvent on_event;
  OnState on_state;
  core::Milliseconds longest_pause{};
  core::Milliseconds pause = kFirstPause;
  bool is_stopped = false;
  bool is_connected = false;  ///< and subscribed
  bool has_complained = false;
  Lines lines;
  os::Fd socket;
  os::RegistrationPtr watch;
  os::RegistrationPtr retry;
};

void Subscriber::State::connect() {
  retry.reset();
  auto connected = os::connect_unix(path);
  if (!connected) return lose(connected.error().message);
  socket = std::move(*connected);
  lines = {};
  watch = reactor.watch(socket.get(), os::Interest::readable, [this](os::Ready) { on_ready(); });
  subscribe();
}

void Subscriber::State::subscribe() {
  const std::string line = to_wire(RequestLine{1, "subscribe", {{"events", events}}});
  // The buffer of a fresh socket takes so short a line whole.
  const os::Transfer sent = os::send_some(socket.get(), core::as_bytes(line));
  if (sent.size != line.size()) lose("cannot send the subscription");
}

void Subscriber::State::on_ready() {
  const auto self = shared_from_this();
  std::array<std::byte, 65'536> buffer;
  const os::Received received = os::receive_some(socket.get(), buffer);
  if (received.transfer.would_block) return;
  if (received.transfer.is_closed) return lose("the connection was closed");
  lines.append(core::as_text(core::ByteView(buffer).first(received.transfer.size)));
  while (!is_stopped && socket) {
    const auto line = lines.next();
    if (!line) break;
    if (line->empty()) continue;
    const auto incoming = parse_incoming(*line);
    if (!incoming) return lose(incoming.error().message);
    take(*incoming);
  }
  if (!is_stopped && lines.has_overflowed()) lose("a line is too long");
}

void Subscriber::State::take(const Incoming& incoming) {
  if (incoming.event) {
    on_event(*incoming.event);
    return;
  }
  if (incoming.answer->kind == AnswerLine::Kind::failed) {
    lose(incoming.answer->fault.message);
    return;
  }
  if (is_connected) return;
  is_connected = true;
  has_complained = false;
  pause = kFirstPause;
  core::log_info("control subscription connected", {{"path", path.string()}});
  if (on_state) on_state(LinkState::connected);
}

void Subscriber::State::lose(std::string_view why) {
  watch.reset();
  socket.reset();
  // Callbacks stay on the stack in this function's caller, so the timer is set before they run.
  retry = reactor.after(pause, [this] { connect(); });
  pause = std::min(pause * 2, longest_pause);
  // Once an outage, not once an attempt.
  if (!std::exchange(has_complained, true))
    core::log_warning("control subscription lost", {{"path", path.string()}, {"reason", why}});
  if (std::exchange(is_connected, false) && on_state) on_state(LinkState::disconnected);
}

void Subscriber::State::stop() noexcept {
  is_stopped = true;
  watch.reset();
  retry.reset();
  socket.reset();
}

Subscriber::Subscriber(os::Reactor& reactor, std::filesystem::path path,
                       std::vector<std::string> events, OnEvent on_event, OnState on_state,
                       core::Milliseconds longest_pause)
    : state_(std::make_shared<State>(reactor)) {
  state_->path = std::move(path);
  state_->events = std::move(events);
  state_->on_event = std::move(on_event);
  state_->on_state = std::move(on_state);
  state_->longest_pause = longest_pause;
  // Not at once: the caller is still being built, and the callbacks would find it so.
  state_->retry = reactor.after(core::Milliseconds{0}, [state = state_.get()] {
    const auto self = state->shared_from_this();
    state->connect();
  });
}

Subscriber::~Subscriber() {
  state_->stop();
}

bool Subscriber::is_connected() const noexcept {
  return state_->is_connected;
}

}  // namespace trunkline::control
