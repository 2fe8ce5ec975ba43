// SPDX-License-Identifier: MIT

// Anything dialled: the decision is made, explains itself, and no emergency number gets past its
// rule.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "route/decide.h"

FUZZ_TARGET(route_decide) {
  using namespace trunkline;
  static const core::TenantId kTenant =
      core::TenantId::parse("018f0000-0000-7000-8000-000000000001").value();
  static const core::DeviceId kCaller =
      core::DeviceId::parse("018f0000-0000-7000-8000-000000000002").value();
  static const core::DeviceId kCalled =
      core::DeviceId::parse("018f0000-0000-7000-8000-000000000003").value();
  static const directory::Snapshot kSite(
      1, {{.id = kTenant, .name = "main", .domain = "example.org", .is_default = true}},
      {{.id = kCaller, .tenant = kTenant, .name = "alice", .extension = "101"},
       {.id = kCalled, .tenant = kTenant, .name = "bob", .extension = "911"}});
  const std::string_view dialled(reinterpret_cast<const char*>(data), size);
  const route::Plan plan = route::decide(
      kSite, {.tenant = kTenant, .caller = kCaller, .dialled = dialled, .host = {}, .now = {}});
  if (plan.trace.empty() || plan.trace.back().rule != plan.rule) std::abort();
  if (plan.targets.empty() == !plan.refusal) std::abort();
  if (directory::is_emergency_number(plan.dialled) && plan.rule != "emergency") std::abort();
  if (route::normalised(plan.dialled) != plan.dialled) std::abort();
  return 0;
}
