// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "trunkline/commands.h"
#include "trunkline/doctor_checks.h"
#include "trunkline/keys.h"

namespace trunkline::commands {
namespace {

Findings check_store(const config::Config& config) {
  const KeyPlaces places = key_places(config);
  const auto ring = core::value_or_throw(keystore::KeyRing::load(places.ring));
  const auto store = open_store(places, ring);
  if (!store) return {{Severity::well, "key store", "there is none yet", {}}};
  const auto checked = store->check();
  if (!checked)
    return {{Severity::problem, "key store", checked.error().message, checked.error().hint}};
  Findings findings;
  for (const std::string& fault : checked->faults)
    findings.push_back({Severity::problem, "key", fault,
                        "copy the row from the mirror, or put its key back into the ring"});
  if (checked->failed > checked->faults.size())
    findings.push_back({Severity::problem, "key store",
                        fmt::format("{} keys do not open in all", checked->failed),
                        "trunkline keys list"});
  if (checked->failed == 0)
    findings.push_back(
        {Severity::well, "key store", fmt::format("all {} keys open", checked->rows), {}});
  return findings;
}

core::ExitCode check_keys(cli::Context& context) {
  const config::Config& config = context.config();
  Findings findings = check_store(config);
  for (const Check check : {check_key_mirror, check_mirror_content, check_key_export})
    for (Finding& finding : check(config)) findings.push_back(std::move(finding));
  return print_findings(context, findings, true).has_problem ? core::ExitCode::failed
                                                             : core::ExitCode::done;
}

}  // namespace

cli::Command keys_check() {
  return {.path = "keys check",
          .summary = "open every key, and look whether mirror and export are what they should be",
          .description =
              "Reads the whole key store: its structure, and whether each row opens under the "
              "ring. Compares the mirror row by row. Looks whether the ring was exported since it "
              "was changed. Nothing is changed; recordings go on.",
          .exits = {{core::ExitCode::failed, "at least one problem was found"}},
          .examples = {{"trunkline keys check", "by hand, or by trunkline-keycheck.timer"},
                       {"trunkline keys check --json", "for a script"}},
          .run = check_keys};
}

}  // namespace trunkline::commands
