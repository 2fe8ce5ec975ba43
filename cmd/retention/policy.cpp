// SPDX-License-Identifier: MIT
#include "retention/policy.h"

#include <fmt/format.h>

#include "core/text.h"

namespace trunkline::commands {

std::optional<retention::Days> parse_keep(std::string_view text) {
  if (text == "forever") return std::nullopt;
  std::string_view digits = text;
  if (digits.ends_with('d')) digits.remove_suffix(1);
  const auto days = core::parse_unsigned(digits);
  if (days && *days <= static_cast<std::uint64_t>(retention::kLongest.count()))
    return retention::Days(static_cast<std::int32_t>(*days));
  throw core::Error(core::ExitCode::usage,
                    fmt::format("cannot read '{}' as a number of days", core::printable(text)),
                    fmt::format("such as 90d, up to {}d, or forever", retention::kLongest.count()));
}

std::string subject_of(const retention::Policy& policy, const Names& names) {
  if (policy.level == retention::Level::tenant) return "all";
  return fmt::format("{} {}", name_of(policy.level), names.of(policy.subject));
}

core::Json to_json(const retention::Policy& policy, const Names& names) {
  core::Json json{{"policy", policy.id.text()},
                  {"tenant", policy.tenant.text()},
                  {"tenant_name", names.of(policy.tenant)},
                  {"name", policy.name},
                  {"kind", name_of(policy.kind)},
                  {"level", name_of(policy.level)}};
  if (!policy.subject.is_nil()) {
    json["subject"] = policy.subject.text();
    json["subject_name"] = names.of(policy.subject);
  }
  if (policy.keep) json["keep_days"] = policy.keep->count();
  json["is_increase_only"] = policy.is_increase_only;
  return json;
}

void print_policy(cli::Output& out, const retention::Policy& policy, const Names& names) {
  out.record("policy.v1",
             {{"name", policy.name},
              {"tenant", names.of(policy.tenant)},
              {"keeps", std::string(name_of(policy.kind)) + "s"},
              {"of", subject_of(policy, names)},
              {"for", retention::shown(policy.keep)},
              {"increase-only", policy.is_increase_only ? "yes" : "no"},
              {"id", policy.id.text()}},
             to_json(policy, names));
}

}  // namespace trunkline::commands
