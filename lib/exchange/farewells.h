// SPDX-License-Identifier: MIT
#pragma once

// Ends the dialogs that a former process left behind (DESIGN 5, Flows). A peer on UDP is told at
// once. One on a connection cannot be: that died with the process, and only the phone can make
// another. So the dialog waits until the phone registers again, is bound to the new flow, and then
// ended; or the phone ends it itself; or it is given up after a while.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "exchange/targets.h"
#include "os/reactor.h"
#include "registrar/registration.h"
#include "sip/agent.h"

namespace trunkline::exchange {

class Farewells {
 public:
  /// Phones register at least so often, as a rule.
  static constexpr core::Milliseconds kPatience = core::Seconds(7200);

  /// Reactor and agent must outlive it.
  Farewells(os::Reactor& reactor, sip::Agent& agent, Lookup lookup)
      : reactor_(reactor), agent_(agent), lookup_(std::move(lookup)) {}

  /// `device` is the peer's.
  void say(const sip::DialogState& dialog, core::DeviceId device);
  void changed(const registrar::Change& change);
  /// Dialogs that wait.
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    core::DeviceId device;
    sip::Uri target;
    std::unique_ptr<sip::Dialog> dialog;
    os::RegistrationPtr patience;
  };
  void wait(const sip::DialogState& dialog, core::DeviceId device);
  void answer(std::uint64_t number, std::unique_ptr<sip::ServerTransaction> transaction);
  void end(std::uint64_t number, const sip::Flow& flow);
  void forget(std::uint64_t number);

  os::Reactor& reactor_;
  sip::Agent& agent_;
  Lookup lookup_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_ = 0;
  /// What was posted must not find it gone.
  std::shared_ptr<Farewells*> self_ = std::make_shared<Farewells*>(this);
};

}  // namespace trunkline::exchange
