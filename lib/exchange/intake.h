// SPDX-License-Identifier: MIT
#pragma once

// Requests outside dialogs: REGISTER and OPTIONS are answered without state, an INVITE is shed,
// challenged, or becomes a call.

#include <functional>
#include <optional>
#include <string>

#include "exchange/calls.h"
#include "exchange/options.h"
#include "registrar/authenticator.h"
#include "registrar/registrar.h"
#include "sip/agent.h"

namespace trunkline::exchange {

class Intake {
 public:
  Intake(Workbench& bench, Calls& calls, registrar::Registrar& registrar,
         registrar::Authenticator& authenticator);

  void take(sip::IncomingRequest incoming);

  void set_directory(directory::SnapshotPtr snapshot) { snapshot_ = std::move(snapshot); }
  void set_limits(std::size_t max_calls, core::Milliseconds ring_timeout);
  /// From now on no new calls.
  void close() { is_closed_ = true; }
  bool is_closed() const { return is_closed_; }
  std::uint64_t shed_count() const { return shed_; }

 private:
  void register_contact(sip::IncomingRequest incoming);
  void invite(sip::IncomingRequest incoming);
  /// Why no new call can be taken now; nothing where it can.
  std::optional<std::string_view> reason_to_shed() const;

  Workbench& bench_;
  Calls& calls_;
  registrar::Registrar& registrar_;
  registrar::Authenticator& authenticator_;
  directory::SnapshotPtr snapshot_;
  std::size_t max_calls_ = 1000;
  core::Milliseconds ring_timeout_{60'000};
  bool is_closed_ = false;
  std::uint64_t shed_ = 0;
};

}  // namespace trunkline::exchange
