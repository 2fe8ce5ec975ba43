// SPDX-License-Identifier: MIT
#pragma once

// A daemon under test in a process of its own, whose service does what the test tells it.

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"
#include "daemon/run.h"
#include "os/fd.h"
#include "os/loop.h"

namespace trunkline::daemon {

/// What the service does; the default is well-behaved and says in the log what it was asked.
struct Behaviour {
  std::string name = "testd";
  std::function<void(os::Reactor&, Host&)> on_start = [](os::Reactor&, Host&) {};
  std::function<core::Result<void>(const config::Config&)> on_reload = [](const config::Config&) {
    return core::Result<void>();
  };
  std::function<void(std::function<void()>)> on_drain = [](auto drained) { drained(); };
  std::function<std::string()> status = [] { return std::string("0 calls"); };
};

class ScriptedService final : public Service {
 public:
  ScriptedService(const Behaviour& behaviour, const config::Config& config, os::Reactor& reactor)
      : behaviour_(behaviour), reactor_(reactor) {
    core::log_info("service made", {{"max_calls", config.integer("sip.max_calls")}});
  }
  ~ScriptedService() override { core::log_info("service destroyed"); }

  void attach(Host& host) override { host_ = &host; }
  void start() override { behaviour_.on_start(reactor_, *host_); }
  core::Result<void> reload(const config::Config& config) override {
    core::log_info("service reloads", {{"max_calls", config.integer("sip.max_calls")}});
    return behaviour_.on_reload(config);
  }
  void drain(std::function<void()> drained) override {
    core::log_info("service drains");
    behaviour_.on_drain(std::move(drained));
  }
  std::string status() override { return behaviour_.status(); }

 private:
  const Behaviour& behaviour_;
  os::Reactor& reactor_;
  Host* host_ = nullptr;
};

class ForkedDaemon {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  explicit ForkedDaemon(std::vector<std::string> arguments, const Behaviour& behaviour = {},
                        const Environment& environment = {}) {
    os::Pipe pipe = os::make_pipe();
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) become(std::move(arguments), behaviour, environment, pipe.write_end.get());
    pidfd_ = os::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    output_ = std::move(pipe.read_end);
  }
  ~ForkedDaemon() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ForkedDaemon(const ForkedDaemon&) = delete;
  ForkedDaemon& operator=(const ForkedDaemon&) = delete;

  /// Whether the text appears, on stdout or stderr, after what earlier calls found.
  bool says(std::string_view text) {
    for (;;) {
      const std::size_t at = seen_.find(text, searched_);
      if (at != std::string::npos) {
        searched_ = at + text.size();
        return true;
      }
      if (read_more()) continue;
      UNSCOPED_INFO("the daemon said: " << seen_);
      return false;
    }
  }
  void send(int signal) { REQUIRE(::kill(pid_, signal) == 0); }
  pid_t pid() const { return pid_; }
  /// The exit code, or 1000 + the signal that killed it.
  int wait() {
    pollfd waited{pidfd_.get(), POLLIN, 0};
    REQUIRE(::poll(&waited, 1, 10'000) == 1);
    while (read_more()) {
    }
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  /// Everything said so far.
  const std::string& output() const { return seen_; }

 private:
  [[noreturn]] static void become(std::vector<std::string> arguments, const Behaviour& behaviour,
                                  const Environment& environment, int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Catch2's own handlers.
    for (const int signal : {SIGTERM, SIGINT, SIGABRT, SIGSEGV, SIGHUP}) ::signal(signal, SIG_DFL);
    ::dup2(output, 1);
    ::dup2(output, 2);
    for (const auto& [key, value] : environment) ::setenv(key.c_str(), value.c_str(), 1);
    arguments.insert(arguments.begin(), behaviour.name);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    const Program program{.name = behaviour.name,
                          .about = "prove that daemons behave",
                          .make_reactor = [] { return std::make_unique<os::Loop>(); },
                          .make_service =
                              [&](const config::Config& config, os::Reactor& reactor) {
                                return std::make_unique<ScriptedService>(behaviour, config,
                                                                         reactor);
                              }};
    // No exception may get from here into the test that forked.
    try {
      ::_exit(run(static_cast<int>(pointers.size()), pointers.data(), program));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "escaped: %s\n", error.what());
      ::_exit(99);
    }
  }

  bool read_more() {
    pollfd waited{output_.get(), POLLIN, 0};
    if (::poll(&waited, 1, 5000) != 1) return false;
    std::array<char, 4096> text{};
    const ssize_t size = ::read(output_.get(), text.data(), text.size());
    if (size <= 0) return false;
    seen_.append(text.data(), static_cast<std::size_t>(size));
    return true;
  }

  pid_t pid_ = -1;
  os::Fd pidfd_;
  os::Fd output_;
  std::string seen_;
  std::size_t searched_ = 0;
};

}  // namespace trunkline::daemon
