// SPDX-License-Identifier: MIT
#pragma once

// Keeps the way to phones behind NATs open: each of them is sent an OPTIONS in every period, and
// its answer, whatever it says, refreshes the NAT's mapping. A phone is behind a NAT where it
// registered from another address than its contact names; those behind a proxy (Path) are the
// proxy's to reach.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>

#include "core/time.h"
#include "core/uuid.h"
#include "os/reactor.h"
#include "registrar/registrar.h"
#include "sip/agent.h"

namespace trunkline::exchange {

bool is_behind_nat(const registrar::Binding& binding);

class KeepAlive {
 public:
  /// All must outlive it. Lives on their thread.
  KeepAlive(os::Reactor& reactor, sip::Agent& agent, const registrar::Registrar& registrar);

  /// Zero: nobody is asked.
  void set_period(core::Milliseconds period) { period_ = period; }
  void add(const registrar::Binding& binding);
  /// The registrar has made the change.
  void changed(const registrar::Change& change);
  /// Devices with a phone behind a NAT.
  std::size_t size() const noexcept { return devices_.size(); }

 private:
  void tick();
  void ask(const registrar::Binding& binding);

  sip::Agent& agent_;
  const registrar::Registrar& registrar_;
  core::Milliseconds period_{0};
  // The registrar has the bindings; there may be 100,000 of them, so they are not kept twice.
  std::set<core::DeviceId> devices_;
  core::DeviceId last_asked_;  ///< goes round
  double due_ = 0;             ///< how many are to be asked by now
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<sip::ClientTransaction>> asked_;
  os::RegistrationPtr timer_;
};

}  // namespace trunkline::exchange
