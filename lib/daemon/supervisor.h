// SPDX-License-Identifier: MIT
#pragma once

// Runs one service on its reactor: signals, reload, drain, and what systemd is told of them.
// Private to run().

#include <functional>
#include <memory>
#include <string>

#include "config/config.h"
#include "core/exit_code.h"
#include "daemon/log_writer.h"
#include "daemon/run.h"
#include "os/reactor.h"

namespace trunkline::daemon {

class Supervisor final : public Host {
 public:
  /// `load` reads the configuration anew, as at the start.
  using Load = std::function<core::Result<config::Config>()>;

  Supervisor(const Program& program, const config::Config& config, Load load, LogWriter& log);
  ~Supervisor() override;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Until the service has drained (done) or is cut short (terminated, interrupted).
  core::ExitCode run();

  core::Result<void> reload() override;
  void stop() override;

 private:
  void on_signal(int signal);
  core::Result<void> take_new_configuration();
  void tell_status();

  const Program& program_;
  const config::Config& first_config_;
  std::unique_ptr<config::Config> config_;  ///< of the last reload; null before
  Load load_;
  LogWriter& log_;
  core::ExitCode exit_code_ = core::ExitCode::done;
  bool is_stopping_ = false;
  std::string last_status_;
  std::unique_ptr<os::Reactor> reactor_;
  os::RegistrationPtr signals_;
  os::RegistrationPtr watchdog_;
  os::RegistrationPtr status_;
  std::unique_ptr<Service> service_;  ///< last: it uses the reactor and the configuration
};

}  // namespace trunkline::daemon
