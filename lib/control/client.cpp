// SPDX-License-Identifier: MIT
#include "control/client.h"

#include <poll.h>

#include <array>
#include <cerrno>

#include "os/system_fault.h"
#include "os/unix_socket.h"

namespace trunkline::control {
namespace {

constexpr core::Milliseconds kForEver{0};

using Deadline = std::optional<core::SteadyTime>;

Deadline deadline_after(core::Milliseconds timeout) {
  if (timeout == kForEver) return std::nullopt;
  return std::chrono::steady_clock::now() + timeout;
}

/// Waits until the socket is ready; false once the deadline is over.
bool wait_for(int socket, short events, Deadline deadline) {
  pollfd waited{socket, events, 0};
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      const auto left =
          std::chrono::ceil<core::Milliseconds>(*deadline - std::chrono::steady_clock::now());
      wait_ms = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
    const int count = ::poll(&waited, 1, wait_ms);
    if (count > 0) return true;
    if (count == 0) return false;
    if (errno != EINTR) throw os::system_error("wait for a control socket", errno);
  }
}

core::Fault unreachable(const std::string& daemon, const std::string& path,
                        const core::Fault& fault) {
  const std::size_t colon = fault.message.rfind(": ");
  std::string why = colon == std::string::npos ? fault.message : fault.message.substr(colon + 2);
  const std::string message = "cannot reach " + daemon + " at " + path + ": " + why;
  if (fault.code == core::ExitCode::no_permission)
    return {core::ExitCode::no_permission, message,
            "run it as root or as a member of the socket's group: ls -l " + path};
  if (!fault.hint.empty()) return {fault.code, message, fault.hint};
  return {core::ExitCode::unavailable, message,
          "start it: systemctl start " + daemon + ", or see trunkline status"};
}

}  // namespace

core::Result<Client> Client::connect(const std::filesystem::path& path, core::Milliseconds timeout,
                                     std::string daemon) {
  Client client;
  client.path_ = path.string();
  client.timeout_ = timeout;
  client.daemon_ = daemon.empty() ? path.parent_path().filename().string() : std::move(daemon);
  auto socket = os::connect_unix(path, timeout);
  if (!socket) return tl::unexpected(unreachable(client.daemon_, client.path_, socket.error()));
  client.socket_ = std::move(*socket);
  return client;
}

core::Result<void> Client::send(const std::string& line) {
  if (line.size() > kLongestLine)
    return core::fault(core::ExitCode::data, "cannot ask " + daemon_ +
                                                 ": the request is longer "
                                                 "than 1 MiB");
  const Deadline deadline = deadline_after(timeout_);
  core::ByteView rest = core::as_bytes(line);
  while (!rest.empty()) {
    const os::Transfer sent = os::send_some(socket_.get(), rest);
    // It may have said why before it closed: receive() reads that, or finds the end.
    if (sent.is_closed) return {};
    rest = rest.subspan(sent.size);
    if (sent.would_block && !wait_for(socket_.get(), POLLOUT, deadline))
      return silent("take the request");
  }
  return {};
}

core::Result<Incoming> Client::receive(core::Milliseconds timeout) {
  const Deadline deadline = deadline_after(timeout);
  for (;;) {
    while (auto line = lines_.next()) {
      if (line->empty()) continue;
      auto incoming = parse_incoming(*line);
      if (!incoming)
        return core::fault(core::ExitCode::protocol,
                           "cannot understand " + daemon_ + ": " + incoming.error().message,
                           "use the tools that came with the daemon");
      return incoming;
    }
    if (lines_.has_overflowed())
      return core::fault(core::ExitCode::protocol,
                         "cannot understand " + daemon_ + ": a line is longer than 1 MiB");
    if (!wait_for(socket_.get(), POLLIN, deadline)) return silent("answer");
    std::array<std::byte, 65'536> buffer;
    os::Received received = os::receive_some(socket_.get(), buffer);
    if (received.transfer.is_closed) return closed();
    if (received.descriptor) descriptors_.push_back(std::move(received.descriptor));
    lines_.append(core::as_text(core::ByteView(buffer).first(received.transfer.size)));
  }
}

core::Result<AnswerLine> Client::await_answer(RequestId id, const OnItem& on_item) {
  for (;;) {
    auto incoming = receive(timeout_);
    if (!incoming) return tl::unexpected(incoming.error());
    if (incoming->event) {
      events_.push_back(std::move(*incoming->event));
      continue;
    }
    AnswerLine& answer = *incoming->answer;
    if (answer.kind == AnswerLine::Kind::failed && (!answer.id || answer.id == id))
      return tl::unexpected(std::move(answer.fault));
    // The answer to an earlier call that was given up.
    if (answer.id != id) continue;
    if (answer.kind != AnswerLine::Kind::item) return std::move(answer);
    if (on_item) on_item(answer.body);
  }
}

core::Result<core::Json> Client::call(std::string_view verb, core::Json args,
                                      const OnItem& on_item) {
  if (args.is_null()) args = core::Json::object();
  const RequestId id = ++last_id_;
  if (auto sent = send(to_wire(RequestLine{id, std::string(verb), std::move(args)})); !sent)
    return tl::unexpected(sent.error());
  return await_answer(id, on_item).map([](AnswerLine&& answer) { return std::move(answer.body); });
}

core::Result<Client::WithDescriptor> Client::call_for_descriptor(std::string_view verb,
                                                                 core::Json args) {
  if (args.is_null()) args = core::Json::object();
  const RequestId id = ++last_id_;
  descriptors_.clear();
  if (auto sent = send(to_wire(RequestLine{id, std::string(verb), std::move(args)})); !sent)
    return tl::unexpected(sent.error());
  auto answer = await_answer(id, {});
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->has_descriptor || descriptors_.empty())
    return core::fault(core::ExitCode::protocol,
                       "cannot understand " + daemon_ + ": its answer came without a descriptor");
  WithDescriptor result{std::move(answer->body), std::move(descriptors_.front())};
  descriptors_.clear();
  return result;
}

core::Result<void> Client::follow(const std::vector<std::string>& events,
                                  const std::function<bool(const Event&)>& on_event) {
  auto subscribed = call("subscribe", {{"events", events}});
  if (!subscribed) return tl::unexpected(subscribed.error());
  for (;;) {
    while (!events_.empty()) {
      const Event event = std::move(events_.front());
      events_.pop_front();
      if (!on_event(event)) return {};
    }
    auto incoming = receive(kForEver);
    if (!incoming) return tl::unexpected(incoming.error());
    if (incoming->event) events_.push_back(std::move(*incoming->event));
  }
}

tl::unexpected<core::Fault> Client::closed() const {
  return core::fault(core::ExitCode::unavailable, daemon_ + " closed the connection at " + path_,
                     "see why: journalctl -u " + daemon_);
}

tl::unexpected<core::Fault> Client::silent(std::string_view what) const {
  return core::fault(
      core::ExitCode::try_again,
      daemon_ + " did not " + std::string(what) + " within " + core::to_text(timeout_),
      "see what it does: trunkline status");
}

}  // namespace trunkline::control
