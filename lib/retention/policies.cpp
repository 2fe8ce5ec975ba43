// SPDX-License-Identifier: MIT
#include "retention/policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace trunkline::retention {
namespace {

Policy policy_of(const db::Row& row) {
  const auto days = row.get<std::optional<int>>("keep_days");
  return {.id = row.get<core::Uuid>("id"),
          .tenant = row.get<core::TenantId>("tenant_id"),
          .name = row.get<std::string>("name"),
          .kind = core::value_or_throw(parse_kind(row.get<std::string>("kind"))),
          .level = core::value_or_throw(parse_level(row.get<std::string>("level"))),
          .subject = row.get<std::optional<core::Uuid>>("subject").value_or(core::Uuid{}),
          .keep = days ? std::optional(Days(*days)) : std::nullopt,
          .is_increase_only = row.get<bool>("is_increase_only")};
}

bool is_about_the_same(const Policy& left, const Policy& right) {
  return left.kind == right.kind && left.level == right.level && left.subject == right.subject;
}

core::Fault increase_only(const Policy& policy, std::string_view what) {
  return {core::ExitCode::no_permission,
          fmt::format("cannot {} policy '{}': it is increase-only", what, policy.name),
          fmt::format("it keeps for {}; a longer time can be set", shown(policy.keep))};
}

bool would_weaken(const Policy& old, const Policy& changed) {
  if (!changed.is_increase_only) return true;
  return changed.keep && (!old.keep || *changed.keep < *old.keep);
}

std::optional<Policy> same_name(const std::vector<Policy>& policies, const Policy& wanted) {
  for (const Policy& policy : policies)
    if (policy.tenant == wanted.tenant && policy.name == wanted.name) return policy;
  return std::nullopt;
}

core::Result<void> check(const std::vector<Policy>& policies, const Policy& wanted) {
  for (const Policy& policy : policies) {
    if (policy.tenant != wanted.tenant) continue;
    if (policy.name == wanted.name && !is_about_the_same(policy, wanted))
      return core::fault(
          core::ExitCode::data,
          fmt::format("cannot set policy '{}': it speaks of something else already", wanted.name),
          "choose another name, or: retention policy show " + wanted.name);
    if (policy.name != wanted.name && is_about_the_same(policy, wanted))
      return core::fault(core::ExitCode::data,
                         fmt::format("cannot set policy '{}': policy '{}' speaks of the same",
                                     wanted.name, policy.name),
                         "one policy a kind and level: retention policy set " + policy.name);
  }
  const auto old = same_name(policies, wanted);
  if (old && old->is_increase_only && would_weaken(*old, wanted))
    return tl::unexpected(increase_only(*old, "weaken"));
  return {};
}

db::Value subject_of(const Policy& policy) {
  return policy.subject.is_nil() ? db::Value(std::nullopt) : db::Value(policy.subject);
}

}  // namespace

std::vector<Policy> load_policies(db::Connection& connection) {
  static constexpr db::Statement kLoad{
      "SELECT id, tenant_id, name, kind, level, subject, keep_days, is_increase_only"
      "  FROM trunkline.retention_policy ORDER BY tenant_id, kind, level, name"};
  std::vector<Policy> policies;
  for (const db::Row row : connection.query(kLoad)) policies.push_back(policy_of(row));
  return policies;
}

core::Result<Policy> set_policy(db::Connection& connection, Policy policy, core::Time now) {
  policy.name = core::to_lower(policy.name);
  if (policy.keep && (*policy.keep < Days(0) || *policy.keep > kLongest))
    return core::fault(core::ExitCode::usage,
                       fmt::format("cannot keep anything for {}", shown(policy.keep)),
                       fmt::format("0 to {} days, or forever", kLongest.count()));
  const std::vector<Policy> policies = load_policies(connection);
  if (auto fits = check(policies, policy); !fits) return tl::unexpected(fits.error());
  const auto old = same_name(policies, policy);
  policy.id = old ? old->id : core::Uuid::make(now);
  // The database holds what was checked here, too: two that come at once meet its index.
  static constexpr db::Statement kSet{
      "INSERT INTO trunkline.retention_policy AS old"
      "  (id, tenant_id, name, kind, level, subject, keep_days, is_increase_only)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
      " ON CONFLICT (id) DO UPDATE SET (keep_days, is_increase_only, changed_at) ="
      "   (excluded.keep_days, excluded.is_increase_only, now())"
      " RETURNING id, tenant_id, name, kind, level, subject, keep_days, is_increase_only"};
  const auto days = policy.keep ? std::optional(policy.keep->count()) : std::nullopt;
  return policy_of(
      connection
          .query(kSet, {policy.id, policy.tenant, policy.name, name_of(policy.kind),
                        name_of(policy.level), subject_of(policy), days, policy.is_increase_only})
          .only());
}

core::Result<Policy> find_policy(db::Connection& connection, const core::TenantId& tenant,
                                 std::string_view name) {
  const std::vector<Policy> policies = load_policies(connection);
  if (auto found = same_name(policies, {.tenant = tenant, .name = core::to_lower(name)}))
    return *std::move(found);
  return core::fault(core::ExitCode::no_input,
                     fmt::format("cannot find policy '{}'", core::printable(name)),
                     "list them: retention policy list");
}

core::Result<Policy> remove_policy(db::Connection& connection, const core::TenantId& tenant,
                                   std::string_view name) {
  auto policy = find_policy(connection, tenant, name);
  if (!policy) return policy;
  if (policy->is_increase_only) return tl::unexpected(increase_only(*policy, "remove"));
  static constexpr db::Statement kRemove{"DELETE FROM trunkline.retention_policy WHERE id = $1"};
  connection.query(kRemove, {policy->id});
  return policy;
}

}  // namespace trunkline::retention
