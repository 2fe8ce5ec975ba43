// SPDX-License-Identifier: MIT
#include "route/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace trunkline::route {
namespace {

constexpr std::string_view kVisualSeparators = "-.() ";

/// A plan being made: the request, and the trace so far.
struct Draft {
  const directory::Snapshot& snapshot;
  const RouteRequest& request;
  Plan plan;

  void pass(std::string rule, std::string why) {
    plan.trace.push_back({std::move(rule), Verdict::passed, std::move(why)});
  }
  void refuse(std::string rule, int status, std::string why) {
    plan.rule = rule;
    plan.refusal = Refusal{status, why};
    plan.trace.push_back({std::move(rule), Verdict::refused, std::move(why)});
  }
  void match(std::string rule, const directory::Device& device, std::string why) {
    plan.rule = rule;
    plan.targets = {&device};
    plan.trace.push_back({std::move(rule), Verdict::matched, std::move(why)});
  }
};

/// Each rule says whether it decided.
using Rule = bool (*)(Draft&);

bool settle(Draft& draft, const char* rule, const directory::Device& device) {
  if (!device.is_enabled) {
    draft.refuse(rule, 403, fmt::format("device {} is disabled", device.name));
    return true;
  }
  if (device.id == draft.request.caller) {
    draft.refuse(rule, 486, "a device cannot call itself");
    return true;
  }
  draft.match(rule, device, fmt::format("device {}", device.name));
  return true;
}

bool by_caller(Draft& draft) {
  const directory::Device* caller = draft.snapshot.device(draft.request.caller);
  if (caller == nullptr || caller->tenant != draft.request.tenant) {
    draft.refuse("caller", 403, "the calling device is not known");
    return true;
  }
  if (!caller->is_enabled) {
    draft.refuse("caller", 403, fmt::format("device {} is disabled", caller->name));
    return true;
  }
  draft.pass("caller", fmt::format("device {}", caller->name));
  return false;
}

bool by_domain(Draft& draft) {
  const std::string host = core::to_lower(draft.request.host);
  const directory::Tenant* tenant = draft.snapshot.tenant_by_domain(host);
  // A host that is nobody's domain (an IP address, as a rule) gives the default tenant.
  const bool is_foreign =
      tenant != nullptr && tenant->id != draft.request.tenant && tenant->domain == host;
  if (!is_foreign) {
    draft.pass("domain", "the caller's own");
    return false;
  }
  draft.refuse("domain", 404, fmt::format("{} is the domain of another tenant", host));
  return true;
}

bool by_emergency(Draft& draft) {
  if (!directory::is_emergency_number(draft.plan.dialled)) {
    draft.pass("emergency", "not an emergency number");
    return false;
  }
  draft.refuse("emergency", 503,
               fmt::format("emergency number {}: this exchange has no trunk to the public network",
                           draft.plan.dialled));
  return true;
}

bool by_extension(Draft& draft) {
  const directory::Device* device =
      draft.snapshot.device_by_extension(draft.request.tenant, draft.plan.dialled);
  if (device != nullptr) return settle(draft, "extension", *device);
  draft.pass("extension", fmt::format("no device has extension {}", draft.plan.dialled));
  return false;
}

bool by_name(Draft& draft) {
  const directory::Device* device = draft.snapshot.device(draft.request.tenant, draft.plan.dialled);
  if (device != nullptr) return settle(draft, "name", *device);
  draft.pass("name", fmt::format("no device is named {}", draft.plan.dialled));
  return false;
}

bool by_none(Draft& draft) {
  draft.refuse("none", 404, fmt::format("nobody is called {}", draft.plan.dialled));
  return true;
}

// Emergency before domain: nothing stands before it but the caller being nobody.
constexpr std::array<Rule, 6> kRules{by_caller,    by_emergency, by_domain,
                                     by_extension, by_name,      by_none};

bool is_number_character(char c) {
  return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#';
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::matched:
      return "matched";
    case Verdict::refused:
      return "refused";
  }
  return "";
}

std::string normalised(std::string_view dialled) {
  std::string text = core::to_lower(core::trim(dialled.substr(0, dialled.find(';'))));
  const bool is_number = !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_number_character(c) || kVisualSeparators.find(c) != std::string_view::npos;
  });
  if (is_number) {
    std::erase_if(text, [](char c) { return kVisualSeparators.find(c) != std::string_view::npos; });
  }
  return text;
}

Plan decide(const directory::Snapshot& snapshot, const RouteRequest& request) {
  Draft draft{snapshot, request, {.rule = {}, .dialled = normalised(request.dialled)}};
  for (const Rule rule : kRules) {
    if (rule(draft)) break;
  }
  return std::move(draft.plan);
}

}  // namespace trunkline::route
