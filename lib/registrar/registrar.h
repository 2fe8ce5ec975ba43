// SPDX-License-Identifier: MIT
#pragma once

// The bindings of all devices: applies REGISTERs, expires contacts, answers who is where, and keeps
// all of it in the journal. State of kind "binding" is written with every change and read back at
// start; entries registration.bound and registration.unbound are written when a contact appears,
// moves to another address or goes. A refresh that changes nothing but times is state without an
// entry: a phone that refreshes every minute must not write the ledger full.
//
// REGISTER is journaled but not waited for (DESIGN 5). Lives on one reactor thread.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/even_clock.h"
#include "core/time.h"
#include "os/reactor.h"
#include "registrar/bindings.h"
#include "registrar/challenge_account.h"
#include "registrar/registration.h"
#include "sip/message.h"

namespace trunkline::journal {
class Journal;
}

namespace trunkline::registrar {

class Registrar {
 public:
  /// The journal, reactor and clock must outlive the registrar. Writes the challenge account every
  /// minute and looks for expired bindings every second.
  /// GRUUs are given and known by the key; without one there are none.
  Registrar(os::Reactor& reactor, journal::Journal& journal, const core::Clock& clock,
            Limits limits, const core::Secret& gruu_key = {});
  ~Registrar();
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  /// Takes what JournalReader::state("binding") gave: pairs of key and value. Unreadable ones are
  /// logged and dropped, expired ones are unbound. Returns how many bindings live.
  std::size_t load(const std::vector<std::pair<std::string, std::string>>& state);

  /// Answers an authenticated REGISTER of this device and remembers what it says.
  sip::Reply apply(const sip::Request& request, Owner owner);

  /// The live bindings of a device, most preferred first (q, then the newest).
  std::vector<Binding> lookup(core::DeviceId device) const;
  /// Those of them that the URI leads to: all, or a GRUU's one phone.
  std::vector<Binding> lookup(core::DeviceId device, const sip::Uri& uri) const;
  /// Whose temporary GRUU it is; nothing where it is none, or leads nowhere any more.
  std::optional<core::DeviceId> device_of_gruu(const sip::Uri& uri) const;
  /// Every live binding, by device.
  std::vector<Binding> all() const;
  /// The same one after the other: 100,000 are not in memory at once.
  void each(const std::function<void(Binding)>& use) const;
  std::size_t size() const;

  /// Ends all bindings of a device (it was removed or disabled).
  void unbind(core::DeviceId device, std::string_view reason);

  /// A connection has ended. Where its device can be reached at its contact it is from now on, else
  /// the contacts that came over it are unbound.
  void connection_closed(const sip::Flow& flow);
  /// The proxy that keeps this flow says that it is gone (430, RFC 5626 section 5.3): its binding
  /// goes, those of the phone's other flows stay.
  void flow_failed(core::DeviceId device, const sip::Uri& contact, const sip::Flow& flow);
  /// Whether a contact came over this connection.
  bool is_bound_over(const sip::Flow& connection) const;

  /// Called after each change, for `registration list --watch`.
  void on_change(std::function<void(const Change&)> on_change);
  void set_limits(Limits limits);

  /// For the Authenticator, which counts into it.
  ChallengeAccount& challenges();

 private:
  core::Time now() const;
  /// A time of now()'s kind as the wall clock has it: for records.
  Binding for_record(Binding binding) const;
  void record(const std::vector<Change>& changes);
  void index(const std::vector<Binding>& bindings);
  void drop_lost_connections();
  void lose_connections(const std::set<core::DeviceId>& devices,
                        const std::function<bool(const Binding&)>& is_lost);
  void expire();
  void write_challenges();

  journal::Journal& journal_;
  const core::Clock& clock_;
  core::EvenClock even_clock_;
  Limits limits_;
  ChallengeAccount challenges_;
  std::unique_ptr<Gruus> gruus_;
  Bindings bindings_;
  /// Who registered over which connection. Entries whose binding has moved since do no harm; they
  /// go when the connection does.
  std::multimap<sip::Flow, core::DeviceId> by_connection_;
  core::Time earliest_expiry_ = core::Time::max();  ///< nothing expires before
  std::function<void(const Change&)> on_change_;
  std::vector<os::RegistrationPtr> timers_;
};

}  // namespace trunkline::registrar
