// SPDX-License-Identifier: MIT
#pragma once

// What every daemon does alike: flags, configuration, log, signals, systemd's protocol, exit code.
// A daemon's main() is one call of run(); what it is for is its Service.
//
//   SIGTERM, SIGINT   drain, then end; a second one ends at once (exit code 143 or 130)
//   SIGHUP            read the configuration again; a bad one is logged and the old one stays
//
// The service lives on the reactor's thread, which feeds systemd's watchdog: a hung loop is seen.

#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "core/error.h"
#include "os/reactor.h"

namespace trunkline::daemon {

/// What a service may ask of the program it runs in; reactor thread only.
class Host {
 public:
  virtual ~Host() = default;
  /// What SIGHUP does; the fault is also logged.
  virtual core::Result<void> reload() = 0;
  /// What SIGTERM does.
  virtual void stop() = 0;
};

class Service {
 public:
  virtual ~Service() = default;

  /// Before start(): where the service may ask for a reload (a control verb, say).
  virtual void attach(Host& host) { (void)host; }
  /// Opens sockets and files; when it returns, the daemon is ready. Throws core::Error.
  virtual void start() = 0;
  /// Takes what may change while running; a fault means nothing was changed.
  [[nodiscard]] virtual core::Result<void> reload(const config::Config& config) = 0;
  /// Takes no new work; calls `drained` (reactor thread) once the old is done, or its own limit of
  /// time is over.
  virtual void drain(std::function<void()> drained) = 0;
  /// One line for `systemctl status`: "12 calls, 340 registrations".
  virtual std::string status() = 0;
};

struct Program {
  std::string name;              ///< "sipd"
  std::string about;             ///< one line for --help, lower case, no full stop
  std::string description = {};  ///< paragraphs for --help and the manual
  std::function<std::unique_ptr<os::Reactor>()> make_reactor;
  /// This configuration stays valid until the service is destroyed; one that reload() brought stays
  /// until the next was taken.
  std::function<std::unique_ptr<Service>(const config::Config&, os::Reactor&)> make_service;
};

/// Returns the exit code of main().
int run(int argc, char** argv, const Program& program);

}  // namespace trunkline::daemon
