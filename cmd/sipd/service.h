// SPDX-License-Identifier: MIT
#pragma once

// sipd as a daemon: the exchange on the SIP thread, its journal, and the two threads that talk to
// PostgreSQL, which carry entries away and bring the directory in. The exchange runs whether they
// get through or not.

#include <filesystem>
#include <memory>

#include "core/locked.h"
#include "daemon/run.h"
#include "directory/watcher.h"
#include "exchange/exchange.h"
#include "journal/journal.h"
#include "ledger/shipper.h"
#include "sip/root.h"

namespace trunkline::sipd {

class Service final : public daemon::Service {
 public:
  /// Opens the journal and reads the key; throws core::Error. The root is the reactor of run().
  Service(const config::Config& config, sip::Root& root);
  ~Service() override;

  void attach(daemon::Host& host) override { host_ = &host; }
  void start() override;
  [[nodiscard]] core::Result<void> reload(const config::Config& config) override;
  void drain(std::function<void()> drained) override;
  std::string status() override;

 private:
  std::unique_ptr<journal::Journal> open_journal();
  void wake_shipper();
  void describe(core::Json& status) const;

  const config::Config& config_;
  std::filesystem::path folder_;
  daemon::Host* host_ = nullptr;
  core::Locked<ledger::Shipper*> woken_{nullptr};  ///< shared with the journal's thread
  std::unique_ptr<journal::Journal> journal_;
  exchange::Exchange exchange_;
  std::unique_ptr<directory::Watcher> watcher_;
  std::unique_ptr<ledger::Shipper> shipper_;
};

}  // namespace trunkline::sipd
