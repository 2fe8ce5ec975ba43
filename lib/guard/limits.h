// SPDX-License-Identifier: MIT
#pragma once

// How many calls and registrations everybody has, and whether one more may be. All levels are asked
// before any is counted, so a refusal by one costs the others nothing. What is counted is bounded
// by the devices there are: only authenticated requests come here.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/time.h"
#include "core/uuid.h"
#include "guard/bucket.h"
#include "guard/rule.h"
#include "guard/settings.h"
#include "guard/source.h"

namespace trunkline::guard {

/// Who asks, with what each may have (Quota::or_else applied).
struct Subject {
  Source source = {};
  core::TenantId tenant = {};
  core::UserId user = {};  ///< nil: the device belongs to nobody
  core::DeviceId device = {};
  std::string device_name = {};
  Quota device_quota = {};
  Quota user_quota = {};
  Quota tenant_quota = {};
  bool is_allowed_source = false;  ///< guard.allow: without limits of its address
};

class CallLimits {
 public:
  /// What the whole exchange's limits say to one more call, `calls` being alive.
  std::optional<Refusal> refusal_of_all(std::size_t calls, const Settings& settings,
                                        core::Time now);
  /// Counts the call where every limit lets it begin; leave() gives it back.
  std::optional<Refusal> enter(const Subject& subject, const Settings& settings, core::Time now);
  /// Counts an emergency call, whatever the limits say.
  void enter_emergency(const Subject& subject);
  void leave(const Subject& subject);

  /// Forgets parties without calls whose rate is whole again.
  void forget_idle(core::Time now);
  std::size_t size() const noexcept { return parties_.size(); }
  std::uint32_t live() const noexcept { return live_; }

 private:
  struct Key {
    std::uint8_t level = 0;
    core::Uuid id = {};
    bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Party {
    std::uint32_t live = 0;
    Bucket rate;
    std::uint32_t rate_limit = 0;
  };
  struct Level;
  static std::array<Level, 4> levels_of(const Subject& subject, const Settings& settings);

  std::unordered_map<Key, Party, HashKey> parties_;
  std::uint32_t live_ = 0;
  Bucket rate_;
};

/// Who is registered from where, told by the registrar as bindings come and go.
class Census {
 public:
  struct Registered {
    Source source = {};
    core::TenantId tenant = {};
    core::UserId user = {};
  };
  /// `binding` names it uniquely; one that is known moves.
  void bound(std::uint64_t binding, const Registered& registered);
  void unbound(std::uint64_t binding);

  bool is_known(std::uint64_t binding) const { return bindings_.contains(binding); }
  std::uint32_t from(const Source& source) const;
  /// Whether one more registration may be; a refresh is not one more.
  std::optional<Refusal> refusal(const Subject& subject, const Settings& settings) const;
  std::size_t size() const noexcept { return bindings_.size(); }

 private:
  void count(const Registered& registered, int by);

  std::unordered_map<std::uint64_t, Registered> bindings_;
  std::unordered_map<Source, std::uint32_t> by_source_;
  std::unordered_map<core::Uuid, std::uint32_t> by_owner_;  ///< tenants and users
};

}  // namespace trunkline::guard
