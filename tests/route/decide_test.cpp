// SPDX-License-Identifier: MIT
#include "route/decide.h"

#include <catch2/catch.hpp>

#include "support/numbered.h"

namespace trunkline::route {
namespace {

using test::numbered;

const core::TenantId kTenant{numbered(1)};
const core::TenantId kOther{numbered(2)};

directory::Device device(int id, std::string name, std::string extension, bool is_enabled = true,
                         core::TenantId tenant = kTenant) {
  return {.id = numbered<core::DeviceId>(id),
          .tenant = tenant,
          .name = std::move(name),
          .extension = std::move(extension),
          .is_enabled = is_enabled};
}

const directory::Snapshot& site() {
  static const directory::Snapshot snapshot(
      1,
      {{.id = kTenant, .name = "main", .domain = "example.org", .is_default = true},
       {.id = kOther, .name = "other", .domain = "other.example"}},
      {device(10, "alice", "101"), device(11, "bob", "102"), device(12, "carol", "103", false),
       device(13, "dave", ""), device(14, "trap", "911"), device(20, "eve", "201", true, kOther),
       device(21, "mallory", "102", true, kOther)});
  return snapshot;
}

Plan dial(std::string_view dialled, int caller = 10, core::TenantId tenant = kTenant) {
  return decide(site(), {.tenant = tenant,
                         .caller = numbered<core::DeviceId>(caller),
                         .dialled = dialled,
                         .host = "192.0.2.1",
                         .now = {}});
}

}  // namespace

TEST_CASE("route: who is called", "[route]") {
  struct Row {
    std::string dialled;
    std::string rule;
    std::string target;  ///< or empty
    int status;
    std::string reason;
  };
  const std::vector<Row> rows{
      {"102", "extension", "bob", 0, ""},
      {"bob", "name", "bob", 0, ""},
      {"BOB", "name", "bob", 0, ""},
      {"1-0-2", "extension", "bob", 0, ""},
      {"(102)", "extension", "bob", 0, ""},
      {"102;phone-context=example.org", "extension", "bob", 0, ""},
      {"dave", "name", "dave", 0, ""},
      {"103", "extension", "", 403, "device carol is disabled"},
      {"carol", "name", "", 403, "device carol is disabled"},
      {"101", "extension", "", 486, "a device cannot call itself"},
      {"alice", "name", "", 486, "a device cannot call itself"},
      {"105", "none", "", 404, "nobody is called 105"},
      {"", "none", "", 404, "nobody is called "},
      {"201", "none", "", 404, "nobody is called 201"},
      {"eve", "none", "", 404, "nobody is called eve"},
      {"911", "emergency", "", 503,
       "emergency number 911: this exchange has no trunk to the public network"},
      {"9-1-1", "emergency", "", 503,
       "emergency number 911: this exchange has no trunk to the public network"},
      {"112", "emergency", "", 503,
       "emergency number 112: this exchange has no trunk to the public network"},
      {"999;user=phone", "emergency", "", 503,
       "emergency number 999: this exchange has no trunk to the public network"},
      {"1120", "none", "", 404, "nobody is called 1120"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.dialled);
    const Plan plan = dial(row.dialled);
    CHECK(plan.rule == row.rule);
    if (row.target.empty()) {
      CHECK(plan.targets.empty());
      REQUIRE(plan.refusal);
      CHECK(plan.refusal->status == row.status);
      CHECK(plan.refusal->reason == row.reason);
    } else {
      CHECK_FALSE(plan.refusal);
      REQUIRE(plan.targets.size() == 1);
      CHECK(plan.targets.front()->name == row.target);
    }
  }
}

TEST_CASE("route: tenants do not reach each other", "[route]") {
  CHECK(dial("102", 20, kOther).targets.at(0)->name == "mallory");
  CHECK(dial("102", 10, kTenant).targets.at(0)->name == "bob");
  // A device of another tenant is nobody here.
  CHECK(dial("102", 20, kTenant).refusal->status == 403);
}

TEST_CASE("route: the host that was dialled", "[route]") {
  const auto dial_at = [](std::string_view dialled, std::string_view host) {
    return decide(site(), {.tenant = kTenant,
                           .caller = numbered<core::DeviceId>(10),
                           .dialled = dialled,
                           .host = host,
                           .now = {}});
  };
  CHECK(dial_at("102", "192.0.2.1").targets.at(0)->name == "bob");
  CHECK(dial_at("102", "nobody.example").targets.at(0)->name == "bob");
  CHECK(dial_at("102", "Other.Example").refusal ==
        Refusal{404, "other.example is the domain of another tenant"});
  CHECK(dial_at("112", "other.example").rule == "emergency");
  // Of a device of the other tenant the default tenant's addresses are as unknown hosts.
  CHECK(decide(site(), {.tenant = kOther,
                        .caller = numbered<core::DeviceId>(20),
                        .dialled = "102",
                        .host = "192.0.2.1",
                        .now = {}})
            .targets.at(0)
            ->name == "mallory");
}

TEST_CASE("route: an unknown or disabled caller calls nobody", "[route]") {
  CHECK(dial("102", 99).refusal == Refusal{403, "the calling device is not known"});
  CHECK(dial("102", 12).refusal == Refusal{403, "device carol is disabled"});
  CHECK(dial("112", 12).rule == "caller");
}

TEST_CASE("route: the trace names every rule that was tried, the deciding one last", "[route]") {
  CHECK(dial("bob").trace ==
        std::vector<Tried>{{"caller", Verdict::passed, "device alice"},
                           {"emergency", Verdict::passed, "not an emergency number"},
                           {"domain", Verdict::passed, "the caller's own"},
                           {"extension", Verdict::passed, "no device has extension bob"},
                           {"name", Verdict::matched, "device bob"}});
  CHECK(dial("105").trace.back() == Tried{"none", Verdict::refused, "nobody is called 105"});
  CHECK(dial("105").trace.size() == 6);
}

TEST_CASE("route: only numbers lose their separators", "[route]") {
  CHECK(normalised("1-0-2") == "102");
  CHECK(normalised(" 102 ") == "102");
  CHECK(normalised("front-desk") == "front-desk");
  CHECK(normalised("a.b") == "a.b");
  CHECK(normalised("+49 (30) 123") == "+4930123");
  CHECK(normalised("*98#") == "*98#");
  CHECK(normalised(";x") == "");
}

}  // namespace trunkline::route
