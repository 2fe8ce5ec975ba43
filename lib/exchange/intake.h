// SPDX-License-Identifier: MIT
#pragma once

// Requests outside dialogs: REGISTER and OPTIONS are answered without state, an INVITE is shed,
// challenged, or becomes a call.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "exchange/calls.h"
#include "exchange/doorman.h"
#include "exchange/options.h"
#include "registrar/authenticator.h"
#include "registrar/registrar.h"
#include "sip/agent.h"

namespace trunkline::exchange {

class Intake {
 public:
  Intake(Workbench& bench, Calls& calls, registrar::Registrar& registrar,
         registrar::Authenticator& authenticator, std::shared_ptr<Doorman> doorman);

  void take(sip::IncomingRequest incoming);

  /// Where a called phone's redirection leads by the directory of now.
  Redirect redirect(const RedirectQuestion& question) const;

  void set_directory(directory::SnapshotPtr snapshot) { snapshot_ = std::move(snapshot); }
  void set_ring_timeout(core::Milliseconds ring_timeout) { ring_timeout_ = ring_timeout; }
  /// From now on no new calls.
  void close() { is_closed_ = true; }
  bool is_closed() const { return is_closed_; }
  std::uint64_t shed_count() const { return shed_; }

 private:
  void register_contact(sip::IncomingRequest incoming);
  void invite(sip::IncomingRequest incoming);
  /// Who it is; what was found out is told the doorman. A locked device is refused as by a wrong
  /// password: whoever guesses must not learn that a guess was right.
  registrar::Authentication authenticate(const sip::Request& request);
  /// Whether the device is registered from where this request comes.
  bool is_home(core::DeviceId device, const sip::Request& request) const;
  /// Why no new call can be taken now; nothing where it can.
  std::optional<guard::Refusal> refusal_of_calls(const sip::Request& request) const;
  void shed(sip::IncomingRequest incoming, const guard::Refusal& refusal);

  Workbench& bench_;
  Calls& calls_;
  registrar::Registrar& registrar_;
  registrar::Authenticator& authenticator_;
  std::shared_ptr<Doorman> doorman_;  ///< shared with the seats of calls, which may end later
  directory::SnapshotPtr snapshot_;
  core::Milliseconds ring_timeout_{60'000};
  bool is_closed_ = false;
  std::uint64_t shed_ = 0;
};

}  // namespace trunkline::exchange
