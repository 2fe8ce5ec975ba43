// SPDX-License-Identifier: MIT
#include "daemon/supervisor.h"

#include <cassert>
#include <csignal>

#include "config/setting.h"
#include "core/log.h"
#include "core/log_numbers.h"
#include "core/text.h"
#include "daemon/systemd.h"
#include "os/signals.h"

namespace trunkline::daemon {
namespace {

constexpr core::Milliseconds kStatusPeriod{5000};

/// Settings that differ and that the running daemon cannot take over.
void warn_of_restarts(const config::Config& old, const config::Config& fresh,
                      std::string_view program) {
  for (const config::Setting& setting : config::settings()) {
    const auto readers = core::split(setting.used_by, ' ');
    const bool is_ours = std::find(readers.begin(), readers.end(), program) != readers.end();
    if (!is_ours || setting.is_reloadable || old.value(setting.key) == fresh.value(setting.key))
      continue;
    core::log_warning("setting takes effect after a restart", {{"setting", setting.key}});
  }
}

}  // namespace

Supervisor::Supervisor(const Program& program, const config::Config& config, Load load,
                       LogWriter& log)
    : program_(program),
      first_config_(config),
      load_(std::move(load)),
      log_(log),
      reactor_(program.make_reactor()) {
  assert(reactor_ != nullptr);
  signals_ = os::watch_signals(*reactor_, {SIGTERM, SIGINT, SIGHUP},
                               [this](int signal) { on_signal(signal); });
  service_ = program.make_service(config, *reactor_);
  assert(service_ != nullptr);
}

Supervisor::~Supervisor() = default;

core::ExitCode Supervisor::run() {
  service_->attach(*this);
  service_->start();
  notify("READY=1");
  core::log_info("started", {{"daemon", program_.name}});
  tell_status();
  status_ = reactor_->every(kStatusPeriod, [this] { tell_status(); });
  if (const auto period = watchdog_period())
    watchdog_ = reactor_->every(*period, [] { notify("WATCHDOG=1"); });
  reactor_->run();
  core::log_info("stopped", {{"daemon", program_.name}});
  return exit_code_;
}

void Supervisor::on_signal(int signal) {
  if (signal == SIGHUP) {
    // Its fault is in the log; a signal has nobody else to tell.
    (void)reload();
    return;
  }
  if (!is_stopping_) {
    stop();
    return;
  }
  core::log_warning("stopped before all was done", {{"event", "second signal"}});
  exit_code_ = signal == SIGINT ? core::ExitCode::interrupted : core::ExitCode::terminated;
  reactor_->stop();
}

core::Result<void> Supervisor::reload() {
  notify_reloading();
  auto taken = take_new_configuration();
  notify("READY=1");
  if (taken) {
    core::log_info("configuration reloaded");
  } else {
    core::log_error("configuration not reloaded, the old one stays",
                    {{"error", taken.error().message}, {"hint", taken.error().hint}});
  }
  return taken;
}

core::Result<void> Supervisor::take_new_configuration() {
  auto loaded = load_();
  if (!loaded) return tl::unexpected(loaded.error());
  auto fresh = std::make_unique<config::Config>(std::move(*loaded));
  if (auto taken = service_->reload(*fresh); !taken) return taken;
  const config::Config& old = config_ != nullptr ? *config_ : first_config_;
  warn_of_restarts(old, *fresh, program_.name);
  log_.set_level(core::value_or_throw(core::parse_log_level(fresh->text("log.level"))));
  core::show_numbers_in_full(fresh->text("log.numbers") == "full");
  config_ = std::move(fresh);
  return {};
}

void Supervisor::stop() {
  if (is_stopping_) return;
  is_stopping_ = true;
  notify("STOPPING=1");
  core::log_info("stopping", {{"daemon", program_.name}});
  service_->drain([this] { reactor_->stop(); });
}

void Supervisor::tell_status() {
  std::string status = service_->status();
  if (status == last_status_) return;
  notify("STATUS=" + status);
  last_status_ = std::move(status);
}

}  // namespace trunkline::daemon
