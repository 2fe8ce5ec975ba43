// SPDX-License-Identifier: MIT
#include "control/server.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <unordered_map>

#include "control/connection.h"
#include "core/log.h"
#include "core/text.h"

namespace trunkline::control {
namespace {

constexpr int kAcceptsPerTurn = 32;
constexpr std::size_t kMostEvents = 64;
constexpr core::Milliseconds kAcceptPause{1000};

core::Result<std::set<std::string>> wanted_events(const core::Json& args) {
  const auto found = args.find("events");
  if (found == args.end() || !found->is_array() || found->empty() || found->size() > kMostEvents)
    return core::fault(core::ExitCode::usage, "cannot subscribe: events is not a list of 1 to 64",
                       R"(give it as {"events":["media.timeout"]}, or ["*"] for all)");
  std::set<std::string> events;
  for (const core::Json& name : *found) {
    if (!name.is_string() || (name != "*" && !is_name(name.get<std::string>())))
      return core::fault(core::ExitCode::usage, "cannot subscribe: an event has no proper name");
    events.insert(name.get<std::string>());
  }
  return events;
}

/// Handlers fail in their own words; anything else they throw is our bug, told to the client.
core::Fault fault_of_current_exception() {
  try {
    throw;
  } catch (const core::Error& error) {
    return error.fault();
  } catch (const std::exception& error) {
    return {core::ExitCode::software, error.what()};
  }
}

}  // namespace

struct Server::State final : ConnectionOwner {
  State(os::Reactor& its_reactor, ServerLimits its_limits, const core::Clock& its_clock)
      : reactor_(its_reactor), limits_(its_limits), clock(its_clock) {}
  ~State() override;

  void watch_listener();
  void accept();
  void admit(os::Fd socket);
  std::vector<std::shared_ptr<Connection>> everyone() const;
  void check_everyone();
  void answer(const std::shared_ptr<Connection>& connection, const RequestLine& request,
              Reply reply);

  void on_request(const std::shared_ptr<Connection>& connection, RequestLine request) override;
  void on_closed(Connection& connection) override;
  bool account(std::ptrdiff_t bytes) override;
  os::Reactor& reactor() override { return reactor_; }
  const ServerLimits& limits() const override { return limits_; }
  core::SteadyTime now() const override { return clock.steady(); }

  os::Reactor& reactor_;
  ServerLimits limits_;
  const core::Clock& clock;
  std::map<std::string, Server::Answer, std::less<>> verbs;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections;
  std::map<uid_t, std::size_t> connections_of;
  std::size_t held_bytes = 0;
  os::SocketFile file;
  os::Fd listener;
  os::RegistrationPtr accepting;
  os::RegistrationPtr pause;
  os::RegistrationPtr checking;
};

Server::State::~State() {
  for (const auto& connection : everyone()) connection->abandon();
}

void Server::State::watch_listener() {
  accepting =
      reactor_.watch(listener.get(), os::Interest::readable, [this](os::Ready) { accept(); });
}

void Server::State::accept() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    auto socket = os::accept_unix(listener.get());
    if (!socket) {
      // Out of descriptors: the waiting connection would wake us without end.
      core::log_warning("control cannot accept", {{"error", socket.error().message}});
      accepting.reset();
      pause = reactor_.after(kAcceptPause, [this] { watch_listener(); });
      return;
    }
    if (!*socket) return;
    admit(std::move(*socket));
  }
}

void Server::State::admit(os::Fd socket) {
  const os::PeerCredentials peer = os::peer_credentials(socket.get());
  const bool is_full = connections.size() >= limits_.connections ||
                       connections_of[peer.uid] >= limits_.connections_per_user;
  if (is_full) {
    const std::string line = to_wire(
        AnswerLine{.kind = AnswerLine::Kind::failed,
                   .fault = {core::ExitCode::try_again, "too many connections", "try again"}});
    (void)os::send_some(socket.get(), core::as_bytes(line));
    return;
  }
  const auto connection = std::make_shared<Connection>(*this, std::move(socket), peer);
  connections.emplace(connection.get(), connection);
  ++connections_of[peer.uid];
  connection->start();
}

std::vector<std::shared_ptr<Connection>> Server::State::everyone() const {
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections.size());
  for (const auto& [key, connection] : connections) all.push_back(connection);
  return all;
}

void Server::State::check_everyone() {
  for (const auto& connection : everyone()) connection->check();
}

void Server::State::on_request(const std::shared_ptr<Connection>& connection, RequestLine request) {
  Reply reply = connection->make_reply(request.id);
  try {
    answer(connection, request, reply);
  } catch (...) {
    reply.fail(fault_of_current_exception());
  }
}

void Server::State::answer(const std::shared_ptr<Connection>& connection,
                           const RequestLine& request, Reply reply) {
  if (request.verb == "subscribe") {
    auto events = wanted_events(request.args);
    if (!events) return reply.fail(std::move(events.error()));
    connection->subscribe(std::move(*events));
    return reply.ok();
  }
  const auto verb = verbs.find(request.verb);
  if (verb == verbs.end()) {
    std::vector<std::string> names;
    for (const auto& [name, handler] : verbs) names.push_back(name);
    const auto meant = core::nearest(request.verb, names);
    return reply.fail({core::ExitCode::usage, "there is no verb '" + request.verb + "'",
                       meant ? "did you mean " + *meant + "?" : "the verb 'verbs' lists all"});
  }
  // A copy: the verb's own answer may end the server.
  const Server::Answer handler = verb->second;
  handler({request.verb, request.args, connection->peer()}, std::move(reply));
}

void Server::State::on_closed(Connection& connection) {
  const auto count = connections_of.find(connection.peer().uid);
  if (count != connections_of.end() && --count->second == 0) connections_of.erase(count);
  connections.erase(&connection);
}

bool Server::State::account(std::ptrdiff_t bytes) {
  held_bytes = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(held_bytes) + bytes);
  return held_bytes <= limits_.held_bytes;
}

Server::Server(os::Reactor& reactor, const std::filesystem::path& path, mode_t mode,
               ServerLimits limits, const core::Clock& clock)
    : state_(std::make_unique<State>(reactor, limits, clock)) {
  State& state = *state_;
  state.listener = core::value_or_throw(os::listen_unix(path, mode));
  os::share_with_operators(path);
  state.file = os::SocketFile(path);
  state.watch_listener();
  const core::Milliseconds period =
      std::clamp(std::min(limits.half_line_timeout, limits.unread_timeout) / 2,
                 core::Milliseconds{10}, core::Milliseconds{1000});
  state.checking = reactor.every(period, [&state] { state.check_everyone(); });
  on("verbs", [&state](const Request&, Reply reply) {
    core::Json names = core::Json::array({"subscribe"});
    for (const auto& [name, answer] : state.verbs) names.push_back(name);
    reply.ok({{"version", kVersion}, {"verbs", std::move(names)}});
  });
}

Server::~Server() = default;

void Server::on(std::string verb, Answer answer) {
  assert(is_name(verb) && answer && verb != "subscribe");
  const bool is_new = state_->verbs.emplace(std::move(verb), std::move(answer)).second;
  assert(is_new);
  (void)is_new;
}

void Server::publish(std::string_view event, const core::Json& data) {
  assert(is_name(event));
  std::string line;
  for (const auto& connection : state_->everyone()) {
    if (!connection->wants(event)) continue;
    if (line.empty()) line = to_wire(Event{std::string(event), state_->clock.wall(), data});
    connection->send(line);
  }
}

std::size_t Server::connection_count() const noexcept {
  return state_->connections.size();
}

std::size_t Server::held_bytes() const noexcept {
  return state_->held_bytes;
}

}  // namespace trunkline::control
