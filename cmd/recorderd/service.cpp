// SPDX-License-Identifier: MIT
#include "recorderd/service.h"

#include <utility>

namespace trunkline::recorderd {
namespace {

ledger::ShipperOptions shipper_options(const config::Config& config) {
  ledger::ShipperOptions options;
  options.database.url = config.text("db.url");
  options.database.application = "recorderd";
  options.daemon = "recorderd";
  options.keep = config.duration("ledger.keep");
  return options;
}

}  // namespace

Service::Service(const config::Config& config, os::Reactor& reactor)
    : config_(config), engine_(config, reactor, core::system_clock(), [this] { wake_shipper(); }) {}

Service::~Service() {
  woken_.with([](ledger::Shipper*& shipper) { shipper = nullptr; });
}

void Service::start() {
  engine_.start();
  if (!config_.boolean("ledger.enabled")) return;
  shipper_ = std::make_unique<ledger::Shipper>(shipper_options(config_), engine_.journal());
  woken_.with([this](ledger::Shipper*& shipper) { shipper = shipper_.get(); });
  engine_.on_status([this] { return ledger_status(); });
}

void Service::wake_shipper() {
  woken_.with([](ledger::Shipper* shipper) {
    if (shipper != nullptr) shipper->notify();
  });
}

core::Result<void> Service::reload(const config::Config& config) {
  return engine_.reload(config);
}

void Service::drain(std::function<void()> drained) {
  engine_.drain(std::move(drained));
}

std::string Service::status() {
  return engine_.status();
}

core::Json Service::ledger_status() const {
  const ledger::ShipperStatus status = shipper_->status();
  return {{"ledger",
           {{"is_connected", status.is_connected},
            {"shipped", status.shipped},
            {"last", status.last},
            {"lag_ms", status.lag.count()},
            {"rejected", status.rejected},
            {"error", status.last_error}}}};
}

}  // namespace trunkline::recorderd
