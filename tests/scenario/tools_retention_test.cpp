// SPDX-License-Identifier: MIT
// retention's verbs over a real database: what is typed is what is decided, and the JSON is valid.

#include "scenario/tools_site.h"
#include "support/ledger_rows.h"

namespace trunkline::test {
namespace {

core::Time days_ago(int days) {
  return core::system_clock().wall() - core::Seconds(86'400LL * days);
}

/// A call of so many days ago with a recording; returns the recording's id.
std::string add_call(LedgerRows& rows, const core::TenantId& tenant, int days,
                     const std::string& caller) {
  const core::Time at = days_ago(days);
  const auto call = core::CallRef::make(at);
  const auto recording = core::RecordingId::make(at);
  rows.add("call.ended", tenant, call,
           {{"schema", "call.v1"},
            {"direction", "internal"},
            {"caller", {{"number", caller}}},
            {"called", {{"dialled", "199"}}},
            {"state", "ended"},
            {"disposition", "answered"},
            {"started_at", core::to_rfc3339(at)},
            {"ended_at", core::to_rfc3339(at)}});
  rows.add("recording.finished", tenant, call,
           {{"schema", "recording.v1"},
            {"recording", recording.text()},
            {"call", call.text()},
            {"tenant", tenant.text()},
            {"status", "complete"},
            {"started_at", core::to_rfc3339(at)},
            {"ended_at", core::to_rfc3339(at)},
            {"duration_ms", 5000},
            {"bytes", 1000},
            {"legs", core::Json::array()}});
  return recording.text();
}

TEST_CASE("retention: policies and holds decide, plan and explain show it", "[scenario]") {
  const Site site;
  const os::Output made =
      site.run("trunkline", {"init", "--tenant", "acme", "--domain", "acme.example"});
  INFO(made.errors);
  REQUIRE(made.exit.is_success());
  const auto tenant = core::value_or_throw(core::TenantId::parse(
      core::text_at(site.json("trunkline", {"tenant", "list"}).at(0), "tenant")));
  LedgerRows rows(site.database());
  const std::string old = add_call(rows, tenant, 100, "+15550100");
  const std::string recent = add_call(rows, tenant, 40, "+15550199");
  const auto fate_of = [&](const std::string& id) {
    return core::text_at(site.json("retention", {"explain", id}).at(0), "fate");
  };
  CHECK(fate_of(old) == "due");  // 90 days by the setting
  CHECK(fate_of(recent) == "kept");

  site.json("retention", {"policy", "set", "default", "--keep", "30d"});
  CHECK(fate_of(recent) == "due");
  CHECK(site.json("retention", {"policy", "list"}).size() == 1);
  CHECK(site.json("retention", {"policy", "show", "default"}).at(0).at("keep_days") == 30);
  CHECK(site.refusal("retention", {"policy", "set", "more", "--keep", "3d"}) ==
        "retention: cannot set policy 'more': policy 'default' speaks of the same\n"
        "hint: one policy a kind and level: retention policy set default\n");
  CHECK(site.refusal("retention", {"policy", "set", "default", "--keep", "soon"}) ==
        "retention: cannot read 'soon' as a number of days\n"
        "hint: such as 90d, up to 36500d, or forever\n");

  const auto held =
      site.json("retention", {"hold", "add", "Doe v. Acme", "--owner", "legal", "--reason",
                              "letter", "--number", "555 0100", "--two-persons"});
  CHECK(held.at(0).at("recordings") == 1);
  CHECK(held.at(0).at("calls") == 1);
  CHECK(held.at(0).at("overdue") == 1);
  CHECK(fate_of(old) == "held");
  const auto plan = site.json("retention", {"plan"});
  REQUIRE(plan.size() == 2);
  for (const core::Json& row : plan) CHECK(row.at("count") == 1);
  CHECK(site.json("retention", {"plan", "--list"}).size() == 2);
  CHECK(site.json("retention", {"hold", "list"}).size() == 1);

  // The same person cannot be both.
  site.json("retention", {"hold", "release", "Doe v. Acme", "--reason", "settled"});
  CHECK(
      site.run("retention", {"hold", "release", "Doe v. Acme", "--reason", "settled"}).exit.code ==
      77);
  CHECK(core::text_at(site.json("retention", {"hold", "show", "Doe v. Acme"}).at(0), "state") ==
        "waits for a second release");
  CHECK(fate_of(old) == "held");

  site.json("retention",
            {"policy", "set", "duty", "--kind", "call", "--keep", "10d", "--increase-only"});
  CHECK(site.run("retention", {"policy", "remove", "duty"}).exit.code == 77);
  site.json("retention", {"policy", "remove", "default"});
  CHECK(fate_of(recent) == "kept");
  // A call waits for its recording.
  CHECK(site.json("retention", {"plan", "--list"}).size() >= 2);
}

}  // namespace
}  // namespace trunkline::test
