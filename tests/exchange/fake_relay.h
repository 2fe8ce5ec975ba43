// SPDX-License-Identifier: MIT
#pragma once

// Answers NG like a relay, and remembers what it was told.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ng/keys.h"
#include "ng/server.h"
#include "os/reactor.h"
#include "support/free_ports.h"

namespace trunkline::exchange {

class FakeRelay {
 public:
  explicit FakeRelay(os::Reactor& reactor) : reactor_(reactor) { start(); }
  ~FakeRelay() { test::give_back_ports(port_); }
  FakeRelay(const FakeRelay&) = delete;
  FakeRelay& operator=(const FakeRelay&) = delete;

  void start() {
    server_.emplace(reactor_,
                    ng::ServerOptions{.listen = {ng::Endpoint::parse(address()).value()},
                                      .allow = {os::Network::parse("127.0.0.0/8").value()}});
    server_->on("ping", [](const ng::Request&, const ng::Respond& respond) {
      respond({{"result", "pong"}, {std::string(ng::kVersionKey), ng::kVersion}});
    });
    for (const char* command : {"offer", "answer", "delete", "query", "start recording"}) {
      server_->on(command, [this](const ng::Request& request, const ng::Respond& respond) {
        answer(request, respond);
      });
    }
  }
  /// Its socket is closed and its sessions are gone, as after a crash.
  void stop() {
    server_.reset();
    sessions.clear();
  }

  std::string address() const { return "udp:" + os::Address::loopback(port_).text(); }
  std::size_t count_of(const std::string& command) const {
    return static_cast<std::size_t>(std::ranges::count(commands, command));
  }
  /// The body of the last such command.
  ng::Dictionary last(const std::string& command) const {
    for (std::size_t i = commands.size(); i > 0; --i) {
      if (commands[i - 1] == command) return bodies[i - 1];
    }
    return {};
  }

  std::set<std::string> sessions;
  std::vector<std::string> commands;
  std::vector<ng::Dictionary> bodies;  ///< of `commands`
  bool is_silent = false;              ///< answers nothing but pings
  bool is_full = false;                ///< no ports left
  std::optional<std::string> refuses;  ///< this command

 private:
  void answer(const ng::Request& request, const ng::Respond& respond) {
    commands.push_back(request.command);
    bodies.push_back(request.body);
    if (is_silent) return;
    const std::string call(request.body.text("call-id"));
    if (is_full && request.command == "offer") {
      return respond(ng::limit_reply("no free port pair"));
    }
    if (refuses == request.command) return respond(ng::error_reply("Unacceptable session"));
    if (request.command == "offer") sessions.insert(call);
    if (request.command == "query" && !sessions.contains(call)) {
      return respond(ng::error_reply("Unknown call-id"));
    }
    if (request.command == "delete") sessions.erase(call);
    ng::Dictionary reply = ng::ok_reply();
    if (request.body.has("sdp")) reply.set("sdp", std::string(request.body.text("sdp")));
    respond(std::move(reply));
  }

  os::Reactor& reactor_;
  const core::Port port_ = test::free_ports();  ///< also after a restart, as a real one's
  std::optional<ng::Server> server_;
};

}  // namespace trunkline::exchange
