// SPDX-License-Identifier: MIT
// Policies and holds as the database keeps them.

#include <catch2/catch.hpp>

#include "db/transaction.h"
#include "retention/holds.h"
#include "retention/moment.h"
#include "retention/policies.h"
#include "support/database.h"

namespace trunkline::retention {
namespace {

struct Site {
  test::Database database;
  db::Connection connection = database.open();
  core::TenantId tenant = core::TenantId::make(kNow);
  Site() {
    static constexpr db::Statement kTenant{
        "INSERT INTO trunkline.tenant (id, name, domain) VALUES ($1, 'acme', 'acme.example')"};
    connection.query(kTenant, {tenant});
  }
  Policy policy(std::string name, std::optional<Days> keep, bool is_increase_only = false) const {
    return {.tenant = tenant,
            .name = std::move(name),
            .keep = keep,
            .is_increase_only = is_increase_only};
  }
  Hold hold(std::string name, bool needs_two = false) const {
    return {.tenant = tenant,
            .case_name = std::move(name),
            .owner = "legal",
            .reason = "letter",
            .items = {tenant.uuid()},
            .numbers = {"+15550100", "a,\"b"},
            .since = kNow,
            .needs_two = needs_two,
            .added_by = "uid:0 root"};
  }
  std::int64_t audited(const char* event) {
    static constexpr db::Statement kCount{
        "SELECT count(*) AS count FROM trunkline.audit_log WHERE event = $1"};
    return connection.query(kCount, {event}).only().get<std::int64_t>("count");
  }
};

}  // namespace

TEST_CASE("there is one policy a kind, level and subject", "[retention]") {
  Site site;
  const Policy set = set_policy(site.connection, site.policy("Short", Days(30)), kNow).value();
  CHECK(set.name == "short");
  CHECK(load_policies(site.connection) == std::vector<Policy>{set});
  CHECK(set_policy(site.connection, site.policy("other", Days(3)), kNow).error() ==
        core::Fault{core::ExitCode::data,
                    "cannot set policy 'other': policy 'short' speaks of the same",
                    "one policy a kind and level: retention policy set short"});
  Policy calls = site.policy("short", Days(3));
  calls.kind = Kind::call;
  CHECK(set_policy(site.connection, calls, kNow).error().code == core::ExitCode::data);
  // Set again: the same policy, another time.
  const Policy again =
      set_policy(site.connection, site.policy("short", std::nullopt), kNow).value();
  CHECK(again.id == set.id);
  CHECK_FALSE(again.keep.has_value());
  CHECK_FALSE(set_policy(site.connection, site.policy("short", Days(36'501)), kNow));
  CHECK(remove_policy(site.connection, site.tenant, "SHORT").has_value());
  CHECK(remove_policy(site.connection, site.tenant, "short").error().code ==
        core::ExitCode::no_input);
  CHECK(site.audited("retention_policy.added") == 1);
  CHECK(site.audited("retention_policy.changed") == 1);
  CHECK(site.audited("retention_policy.removed") == 1);
}

TEST_CASE("an increase-only policy is never weakened, by whatever way", "[retention]") {
  Site site;
  REQUIRE(set_policy(site.connection, site.policy("worm", Days(100), true), kNow));
  CHECK(set_policy(site.connection, site.policy("worm", Days(99), true), kNow).error() ==
        core::Fault{core::ExitCode::no_permission,
                    "cannot weaken policy 'worm': it is increase-only",
                    "it keeps for 100 days; a longer time can be set"});
  CHECK_FALSE(set_policy(site.connection, site.policy("worm", Days(200), false), kNow));
  CHECK_FALSE(remove_policy(site.connection, site.tenant, "worm"));
  for (const char* sql :
       {"DELETE FROM trunkline.retention_policy",
        "UPDATE trunkline.retention_policy SET keep_days = 99",
        "UPDATE trunkline.retention_policy SET is_increase_only = false",
        "UPDATE trunkline.retention_policy SET kind = 'call'", "DELETE FROM trunkline.tenant"}) {
    INFO(sql);
    CHECK_THROWS_WITH(site.connection.run_script(sql),
                      Catch::Contains("policy 'worm' is increase-only"));
  }
  CHECK(set_policy(site.connection, site.policy("worm", Days(101), true), kNow));
  CHECK(set_policy(site.connection, site.policy("worm", std::nullopt, true), kNow));
  CHECK_FALSE(set_policy(site.connection, site.policy("worm", Days(36'500), true), kNow));
}

TEST_CASE("a hold is kept as it was given and released once", "[retention]") {
  Site site;
  const Hold given = site.hold("Doe v. Acme");
  const Hold added = add_hold(site.connection, given, kNow).value();
  CHECK(added.items == given.items);
  CHECK(added.numbers == given.numbers);
  CHECK(added.since == given.since);
  CHECK(added.added_by == "uid:0 root");
  CHECK(add_hold(site.connection, given, kNow).error().code == core::ExitCode::data);
  CHECK(find_hold(site.connection, site.tenant, added.id.text().substr(28)).value().id == added.id);
  CHECK(release_hold(site.connection, added, "alice", "settled").value() == Release::released);
  const Hold released = find_hold(site.connection, site.tenant, "Doe v. Acme").value();
  CHECK(released.released_by == "alice");
  CHECK_FALSE(released.holds_at(kNow));
  CHECK(release_hold(site.connection, added, "alice", "again").error().code ==
        core::ExitCode::data);
  CHECK(site.audited("legal_hold.added") == 1);
  CHECK(site.audited("legal_hold.changed") == 1);
}

TEST_CASE("a hold of two persons is released by two", "[retention]") {
  Site site;
  const Hold added = add_hold(site.connection, site.hold("two", true), kNow).value();
  CHECK(release_hold(site.connection, added, "alice", "settled").value() == Release::first_of_two);
  CHECK(find_hold(site.connection, site.tenant, "two").value().holds_at(kNow));
  CHECK(release_hold(site.connection, added, "alice", "settled").error().code ==
        core::ExitCode::no_permission);
  CHECK(release_hold(site.connection, added, "bob", "settled").value() == Release::released);
  // One person with two faces is one.
  CHECK(person_of("uid:1000 alice") == "alice");
  CHECK(person_of("uid:0 root (sudo: alice)") == "alice");
}

TEST_CASE("a hold has a scope, and nobody narrows or removes it", "[retention]") {
  Site site;
  Hold empty = site.hold("empty");
  empty.items.clear();
  empty.numbers.clear();
  empty.since.reset();
  CHECK(add_hold(site.connection, empty, kNow).error().message ==
        "cannot hold nothing: no scope is given");
  empty.since = kNow;
  empty.until = kNow;
  CHECK(add_hold(site.connection, empty, kNow).error().message ==
        "cannot hold a time that ends before it begins");
  REQUIRE(add_hold(site.connection, site.hold("case"), kNow));
  for (const char* sql :
       {"DELETE FROM trunkline.legal_hold", "UPDATE trunkline.legal_hold SET numbers = '{}'",
        "UPDATE trunkline.legal_hold SET released_at = now()"})
    CHECK_THROWS_AS(site.connection.run_script(sql), core::Error);
}

TEST_CASE("whoever changes a hold or a policy waits for the page a sweep has in hand",
          "[retention]") {
  Site site;
  db::Connection sweep = site.database.open("trunkline_retention");
  static constexpr db::Statement kLock{"SELECT trunkline.retention_lock_shared()"};
  {
    db::Transaction page(sweep);
    sweep.query(kLock);
    db::Connection impatient = site.database.open();
    impatient.set_statement_timeout(core::Milliseconds(300));
    CHECK_THROWS_AS(add_hold(impatient, site.hold("case"), kNow), core::Error);
    page.commit();
  }
  CHECK(add_hold(site.connection, site.hold("case"), kNow));
}

}  // namespace trunkline::retention
