// SPDX-License-Identifier: MIT
#pragma once

// Keeps the way to phones behind NATs open: each of them is sent an OPTIONS in every period, and
// its answer, whatever it says, refreshes the NAT's mapping. A phone is behind a NAT where it
// registered from another address than its contact names; those behind a proxy (Path) are the
// proxy's to reach.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/time.h"
#include "os/reactor.h"
#include "registrar/registrar.h"
#include "sip/agent.h"

namespace trunkline::exchange {

bool is_behind_nat(const registrar::Binding& binding);

class KeepAlive {
 public:
  /// Both must outlive it. Lives on their thread.
  KeepAlive(os::Reactor& reactor, sip::Agent& agent);

  /// Zero: nobody is asked.
  void set_period(core::Milliseconds period) { period_ = period; }
  void add(const registrar::Binding& binding);
  void changed(const registrar::Change& change);
  /// Phones behind NATs.
  std::size_t size() const noexcept { return targets_.size(); }

 private:
  struct Target {
    sip::Uri contact;
    sip::Flow flow;
  };
  void tick();
  void ask(const Target& target);

  sip::Agent& agent_;
  core::Milliseconds period_{0};
  std::map<std::string, Target> targets_;  ///< by registrar::state_key
  std::string last_asked_;                 ///< goes round
  double due_ = 0;                         ///< how many are to be asked by now
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<sip::ClientTransaction>> asked_;
  os::RegistrationPtr timer_;
};

}  // namespace trunkline::exchange
