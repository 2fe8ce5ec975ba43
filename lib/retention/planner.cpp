// SPDX-License-Identifier: MIT
#include "retention/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trunkline::retention {
namespace {

constexpr std::array<std::string_view, 5> kFates{"kept", "due", "held", "bound", "live"};

bool concerns(const Policy& policy, const Item& item) {
  if (policy.kind != item.kind || policy.tenant != item.tenant) return false;
  switch (policy.level) {
    case Level::campaign:
      return item.campaign == policy.subject;
    case Level::agent:
      return std::find(item.agents.begin(), item.agents.end(), policy.subject) != item.agents.end();
    case Level::tenant:
      return true;
  }
  return false;
}

bool is_longer(const std::optional<Days>& left, const std::optional<Days>& right) {
  if (!right) return false;
  return !left || *left > *right;
}

/// Whether `candidate` decides rather than `chosen`: the nearer level, within it the longer time.
bool wins(const Policy& candidate, const Policy* chosen) {
  if (chosen == nullptr || candidate.level < chosen->level) return true;
  return candidate.level == chosen->level && is_longer(candidate.keep, chosen->keep);
}

bool is_in_time(const Hold& hold, const Item& item) {
  return (!hold.since || item.ended_at >= *hold.since) &&
         (!hold.until || item.began_at < *hold.until);
}

std::string whose(const Policy& policy) {
  switch (policy.level) {
    case Level::campaign:
      return "the campaign";
    case Level::agent:
      return "the agent";
    case Level::tenant:
      return "the tenant";
  }
  return {};
}

}  // namespace

std::string_view name_of(Fate fate) {
  return kFates.at(static_cast<std::size_t>(fate));
}

Planner::Planner(Rules rules) : rules_(std::move(rules)) {
  for (const Policy& policy : rules_.policies) policies_[policy.tenant].push_back(&policy);
  for (const Hold& hold : rules_.holds)
    scopes_[hold.tenant].push_back({&hold, {hold.items.begin(), hold.items.end()}});
}

Planner::Cover Planner::covers(const Scope& scope, const Item& item) {
  const Hold& hold = *scope.hold;
  if (scope.items.contains(item.id) || scope.items.contains(item.call.uuid())) return Cover::yes;
  const bool has_time = hold.since || hold.until;
  if (hold.numbers.empty() && !hold.campaign)
    return has_time && is_in_time(hold, item) ? Cover::yes : Cover::no;
  if (!is_in_time(hold, item)) return Cover::no;
  if (!item.has_call) return Cover::perhaps;
  if (hold.campaign && item.campaign != hold.campaign) return Cover::no;
  if (hold.numbers.empty()) return Cover::yes;
  for (const std::string& number : item.numbers)
    for (const std::string& held : hold.numbers)
      if (may_be_same_number(number, held)) return Cover::yes;
  return Cover::no;
}

void Planner::lengthen_to_be_safe(const std::vector<const Policy*>& policies, const Item& item,
                                  std::optional<Days>& keep, Decision& decision) {
  for (const Policy* policy : policies) {
    if (policy->kind != item.kind || policy->level == Level::tenant) continue;
    if (!is_longer(policy->keep, keep)) continue;
    decision.policy = policy;
    decision.is_kept_to_be_safe = true;
    keep = policy->keep;
  }
}

void Planner::choose_policy(const Item& item, Decision& decision) const {
  std::optional<Days> keep;
  if (item.kind != Kind::call) keep = rules_.fallback;
  if (const auto found = policies_.find(item.tenant); found != policies_.end()) {
    for (const Policy* policy : found->second)
      if (concerns(*policy, item) && wins(*policy, decision.policy)) decision.policy = policy;
    if (decision.policy != nullptr) keep = decision.policy->keep;
    if (!item.has_call) lengthen_to_be_safe(found->second, item, keep, decision);
    for (const Policy* policy : found->second) {
      if (!policy->is_increase_only || !concerns(*policy, item)) continue;
      if (!is_longer(policy->keep, keep)) continue;
      decision.floor = policy;
      keep = policy->keep;
    }
  }
  if (keep) decision.until = item.ended_at + *keep;
}

void Planner::apply_holds(const Item& item, core::Time now, Decision& decision) const {
  const auto found = scopes_.find(item.tenant);
  if (found == scopes_.end()) return;
  for (const Scope& scope : found->second) {
    const Cover cover = covers(scope, item);
    if (cover == Cover::no) continue;
    const Hold* hold = scope.hold;
    if (hold->holds_at(now)) {
      decision.holds.push_back(hold);
      if (cover == Cover::perhaps) decision.is_held_to_be_safe = true;
      continue;
    }
    if (cover == Cover::yes && decision.until && hold->end() > decision.until)
      decision.past_holds.push_back(hold);
  }
}

Decision Planner::decide(const Item& item, core::Time now) const {
  Decision decision;
  choose_policy(item, decision);
  apply_holds(item, now, decision);
  if (item.is_live) {
    decision.fate = Fate::live;
  } else if (!decision.holds.empty()) {
    decision.fate = Fate::held;
  } else if (!decision.until || now < *decision.until) {
    decision.fate = Fate::kept;
  } else {
    decision.fate = Fate::due;
    for (const Item& derived : item.derived)
      if (!decide(derived, now).is_due()) decision.fate = Fate::bound;
  }
  return decision;
}

const Policy* Planner::duty(const Item& item, core::Time now) const {
  const auto found = policies_.find(item.tenant);
  if (found == policies_.end()) return nullptr;
  for (const Policy* policy : found->second)
    if (policy->is_increase_only && concerns(*policy, item) &&
        (!policy->keep || now < item.ended_at + *policy->keep))
      return policy;
  return nullptr;
}

std::vector<std::string> Planner::reasons(const Item& item, const Decision& decision) const {
  std::vector<std::string> lines;
  for (const Hold* hold : decision.holds)
    lines.push_back(fmt::format(
        "hold '{}' of {} keeps it{}: {}", hold->case_name, hold->owner,
        decision.is_held_to_be_safe ? ", since its call is not known and may be of that case" : "",
        hold->reason));
  if (decision.fate == Fate::live) lines.emplace_back("it is still being made");
  if (decision.fate == Fate::bound)
    lines.emplace_back("its time is over, but something that belongs to it has to stay");
  if (decision.policy != nullptr) {
    lines.push_back(fmt::format(
        "policy '{}' of {} keeps a {} {}{}{}", decision.policy->name, whose(*decision.policy),
        name_of(item.kind), decision.policy->keep ? "for " : "", shown(decision.policy->keep),
        decision.is_kept_to_be_safe ? ", since its call is not known and may be theirs" : ""));
  } else if (item.kind == Kind::call) {
    lines.emplace_back("no policy speaks of calls: they are kept for ever");
  } else {
    lines.push_back(fmt::format("no policy speaks of it: retention.default_days keeps it for {}",
                                shown(rules_.fallback)));
  }
  if (decision.floor != nullptr)
    lines.push_back(fmt::format("increase-only policy '{}' of {} keeps it longer: {}",
                                decision.floor->name, whose(*decision.floor),
                                shown(decision.floor->keep)));
  for (const Hold* hold : decision.past_holds)
    lines.push_back(fmt::format("hold '{}' kept it beyond that until {}", hold->case_name,
                                core::to_rfc3339(*hold->end())));
  return lines;
}

}  // namespace trunkline::retention
