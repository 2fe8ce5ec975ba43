// SPDX-License-Identifier: MIT
#pragma once

// recorderd as a service: the media engine, and the shipper that carries its journal to PostgreSQL.

#include <memory>
#include <string>

#include "core/locked.h"
#include "daemon/run.h"
#include "ledger/shipper.h"
#include "mediaplane/engine.h"

namespace trunkline::recorderd {

class Service final : public daemon::Service {
 public:
  Service(const config::Config& config, os::Reactor& reactor);

  ~Service() override;

  void start() override;
  [[nodiscard]] core::Result<void> reload(const config::Config& config) override;
  void drain(std::function<void()> drained) override;
  std::string status() override;

 private:
  void wake_shipper();
  core::Json ledger_status() const;

  const config::Config& config_;
  /// Whom the journal's thread wakes: its commits begin before the shipper and end after it.
  core::Locked<ledger::Shipper*> woken_{nullptr};
  mediaplane::Engine engine_;
  std::unique_ptr<ledger::Shipper> shipper_;
};

}  // namespace trunkline::recorderd
