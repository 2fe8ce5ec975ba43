// SPDX-License-Identifier: MIT
#pragma once

// The planner: rules + things + now -> what stays, what goes, and why. Pure: no clock, no database,
// no disk, so that what a sweep will do can be shown before, and proved over tables of inputs.
//
// It promises: nothing that is held, unexpired or still being made is ever due; everything else is.
//
//   * The policy of the nearest level decides: campaign, agent, tenant, then Rules::fallback
//   (calls:
//     for ever). Of two agents in one call the longer time counts.
//   * An increase-only policy that covers the thing, whatever its level, is a floor.
//   * A hold that covers a call holds all that belongs to it.
//   * What something was derived from stays as long as what was derived.
//   * Where a thing's call is not known, the longest policy that may concern it counts, and every
//     hold that may.

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/time.h"
#include "retention/rules.h"

namespace trunkline::retention {

enum class Fate : std::uint8_t {
  kept,   ///< its time has not come
  due,    ///< its time has come
  held,   ///< a hold keeps it
  bound,  ///< its time has come, but something derived from it must stay
  live    ///< still being made
};
std::string_view name_of(Fate fate);

struct Decision {
  Fate fate = Fate::kept;
  /// The end of its time by policies, holds aside; nothing: for ever.
  std::optional<core::Time> until = {};
  const Policy* policy = nullptr;  ///< nullptr: Rules::fallback, or for a call that there is none
  const Policy* floor = nullptr;   ///< the increase-only policy that lengthened it
  std::vector<const Hold*> holds = {};       ///< that hold it now
  std::vector<const Hold*> past_holds = {};  ///< without which it would have gone earlier
  /// A hold may cover it, but its call is not known, and so neither are its numbers.
  bool is_held_to_be_safe = false;
  /// `policy` is an agent's or a campaign's, and may concern it: its call is not known.
  bool is_kept_to_be_safe = false;
  bool is_due() const { return fate == Fate::due; }
};

class Planner {
 public:
  explicit Planner(Rules rules);
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  /// What it points to lives as long as the planner.
  Decision decide(const Item& item, core::Time now) const;
  /// The increase-only policy that keeps it at this moment, whatever else is decided; nullptr:
  /// none.
  const Policy* duty(const Item& item, core::Time now) const;
  /// "policy 'gdpr' of the tenant keeps recordings for 30 days", "hold 'Doe v. Acme' of ...": one
  /// line a reason, the deciding one first.
  std::vector<std::string> reasons(const Item& item, const Decision& decision) const;
  const Rules& rules() const { return rules_; }

 private:
  struct Scope {
    const Hold* hold;
    std::unordered_set<core::Uuid> items;
  };
  enum class Cover : std::uint8_t { no, perhaps, yes };

  void choose_policy(const Item& item, Decision& decision) const;
  static void lengthen_to_be_safe(const std::vector<const Policy*>& policies, const Item& item,
                                  std::optional<Days>& keep, Decision& decision);
  void apply_holds(const Item& item, core::Time now, Decision& decision) const;
  static Cover covers(const Scope& scope, const Item& item);

  Rules rules_;
  std::unordered_map<core::TenantId, std::vector<const Policy*>> policies_;
  std::unordered_map<core::TenantId, std::vector<Scope>> scopes_;
};

}  // namespace trunkline::retention
