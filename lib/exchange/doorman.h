// SPDX-License-Identifier: MIT
#pragma once

// The guard at sipd's doors: asks lib/guard about messages, requests, calls and registrations, and
// does what it decides. Bans go to the journal as state of kind "ban" and as an entry each, so that
// they survive a restart and are on record, and into the packet filter of our sockets, so that
// banned sources cost no wake-up. It also measures the load that overload is judged by, and counts
// refusals by rule: each is told in status, and in the log at most once a second and rule.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/even_clock.h"
#include "core/json.h"
#include "core/time.h"
#include "directory/snapshot.h"
#include "guard/guard.h"
#include "journal/journal.h"
#include "os/reactor.h"
#include "registrar/registration.h"
#include "sip/agent.h"
#include "sip/doorkeeper.h"

namespace trunkline::exchange {

class Doorman final : public sip::Doorkeeper {
 public:
  using Publish = std::function<void(std::string_view kind, const core::Json& body)>;

  /// All must outlive it; `publish` tells those who listen on the control socket.
  Doorman(os::Reactor& reactor, journal::Journal& journal, const core::Clock& clock,
          Publish publish);
  ~Doorman() override;

  /// Once the agent listens: takes over stored bans and begins to measure. The loop
  /// must not run on without the agent.
  void start(const sip::Agent& agent, const std::vector<std::pair<std::string, std::string>>& bans);
  void set(guard::Settings settings);

  bool admits(const os::Address& from) noexcept override;
  void malformed(const os::Address& from) noexcept override;

  /// A request that came without credentials.
  void knocked(const sip::Request& request);
  /// Asked for a user who is not there.
  void unknown_user(const sip::Request& request, std::string_view name);
  /// `device` is nil where there is none of that name.
  void wrong_password(const sip::Request& request, core::DeviceId device, std::string_view name);
  void proven(const sip::Request& request);
  /// Whether wrong passwords have locked the device.
  bool is_locked(core::DeviceId device);
  /// Devices that have another password now are open again.
  void directory_changed(const directory::Snapshot& before, const directory::Snapshot& after);
  /// A right password for a locked device, from where it is not registered.
  void refused_locked(const sip::Request& request, std::string_view name);

  /// Why no new call is taken, before anything is known of it; `calls` live now.
  std::optional<guard::Refusal> refusal_of_calls(std::size_t calls, const sip::Request& request);
  std::optional<guard::Refusal> refusal_of_registrations(const sip::Request& request);

  guard::Subject subject_of(const sip::Request& request, const directory::Device& device,
                            const directory::Snapshot& snapshot) const;
  /// Counts a call where it may begin; leave() with the same subject gives it back.
  std::optional<guard::Refusal> enter(const guard::Subject& subject, bool is_emergency);
  void leave(const guard::Subject& subject);
  /// Whether a REGISTER is taken; `is_new`: it would add a binding.
  std::optional<guard::Refusal> registration(const guard::Subject& subject, bool is_new);
  /// `owner`: the person whose device it is; nil: nobody's.
  void binding_changed(const registrar::Change& change, const core::UserId& owner);
  void binding_loaded(const registrar::Binding& binding, const core::UserId& owner);
  /// The device of a known binding was given to another person.
  void owner_changed(const registrar::Binding& binding, const core::UserId& owner);

  // What the control verbs do (doorman_bans.cpp).
  std::vector<core::Json> list() const;
  core::Json why(const guard::Source& source);
  /// Why banning it by hand wants `is_forced`: phones of ours are there, or guard.allow holds it.
  std::optional<core::Fault> refusal_to_ban(const guard::Source& source, bool is_forced) const;
  /// Without a length until it is lifted.
  core::Json ban(const guard::Source& source, std::string_view reason, std::string_view by,
                 std::optional<core::Milliseconds> length);
  core::Result<core::Json> lift(const guard::Source& source, std::string_view reason,
                                std::string_view by);

  core::Json status() const;

 private:
  static constexpr std::size_t kRules =
      static_cast<std::size_t>(guard::Rule::overload_transactions) + 1;
  struct Refused {
    std::uint64_t total = 0;
    std::uint64_t told = 0;  ///< of them in the log
    core::Time told_at{};
  };

  core::Time now() const;
  void count(guard::Rule rule, std::string_view reason, std::string_view peer,
             std::string_view device = {});
  void measure();
  void tidy();
  void find_sockets();

  // doorman_bans.cpp
  void restore(const std::vector<std::pair<std::string, std::string>>& bans);
  /// By how much the wall clock was set since the start.
  core::Microseconds wall_step() const;
  /// As the wall clock has it: for records.
  guard::Finding for_record(guard::Finding finding) const;
  guard::Record for_record(guard::Record record) const;
  void told(const guard::Finding& finding);
  void filter();

  os::Reactor& reactor_;
  journal::Journal& journal_;
  const core::Clock& clock_;
  Publish publish_;
  core::EvenClock even_clock_;
  guard::Guard guard_;
  core::Time locks_until_{};  ///< no device is locked after that
  const sip::Agent* agent_ = nullptr;
  std::size_t listeners_ = 0;  ///< of the agent, when the sockets were looked for
  std::vector<int> udp_sockets_;
  std::vector<int> tcp_sockets_;
  std::size_t filtered_ = 0;  ///< sources that the kernel drops
  core::SteadyTime measured_at_{};
  std::array<Refused, kRules> refused_{};
  std::vector<os::RegistrationPtr> timers_;
  os::RegistrationPtr filter_timer_;
};

}  // namespace trunkline::exchange
