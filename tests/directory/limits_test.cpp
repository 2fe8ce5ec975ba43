// SPDX-License-Identifier: MIT
#include "directory/limits.h"

#include "directory/devices.h"
#include "directory/people.h"
#include "directory/site.h"
#include "directory/snapshot.h"

namespace trunkline::directory {

TEST_CASE("devices and tenants have limits of their own, and the snapshot knows them",
          "[directory]") {
  Site site;
  const Device alice = add_device(site.connection, site.tenant, {.name = "alice"}).value().device;
  const std::uint64_t before = load(site.connection)->version();
  const Limit one =
      set_limit(site.connection, {.tenant = site.tenant.id, .device = alice.id, .max_calls = 1})
          .value();
  CHECK(one.max_calls == 1U);
  CHECK_FALSE(one.calls_per_minute);
  // What is not given stays.
  const Limit both =
      set_limit(site.connection,
                {.tenant = site.tenant.id, .device = alice.id, .calls_per_minute = 0})
          .value();
  CHECK(both.max_calls == 1U);
  CHECK(both.calls_per_minute == 0U);
  const Limit whole =
      set_limit(site.connection, {.tenant = site.tenant.id, .max_registrations = 7}).value();
  CHECK(whole.device.is_nil());

  const SnapshotPtr snapshot = load(site.connection);
  CHECK(snapshot->version() > before);
  REQUIRE(snapshot->limit_of(alice.id) != nullptr);
  CHECK(*snapshot->limit_of(alice.id) == both);
  CHECK(*snapshot->limit_of(site.tenant.id) == whole);
  const auto listed = list_limits(site.connection);
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].device.empty());
  CHECK(listed[1].device == "alice");
  CHECK(listed[1].tenant == site.tenant.name);

  CHECK(remove_limit(site.connection, {.tenant = site.tenant.id}));
  CHECK_FALSE(remove_limit(site.connection, {.tenant = site.tenant.id}));
  CHECK(load(site.connection)->limit_of(site.tenant.id) == nullptr);
  REQUIRE(remove_device(site.connection, alice));
  CHECK(list_limits(site.connection).empty());
}

TEST_CASE("a person has limits over all devices of theirs, which go with the person",
          "[directory]") {
  Site site;
  const Person bob =
      add_person(site.connection, site.tenant, {.name = "bob", .roles = {PersonRole::user}},
                 core::Secret("correct horse"))
          .value();
  const Device desk =
      add_device(site.connection, site.tenant, {.name = "desk", .owner = bob.id}).value().device;
  CHECK(desk.owner == bob.id);
  const Device lobby = add_device(site.connection, site.tenant, {.name = "lobby"}).value().device;
  CHECK(lobby.owner.is_nil());
  const Limit limit =
      set_limit(
          site.connection,
          {.tenant = site.tenant.id, .person = bob.id, .max_calls = 2, .max_registrations = 3})
          .value();

  const SnapshotPtr loaded = load(site.connection);
  const SnapshotPtr read = parse_snapshot(to_text(*loaded)).value();
  for (const SnapshotPtr& snapshot : {loaded, read}) {
    REQUIRE(snapshot->limit_of(bob.id) != nullptr);
    CHECK(*snapshot->limit_of(bob.id) == limit);
    CHECK(snapshot->limit_of(site.tenant.id) == nullptr);
    CHECK(snapshot->device(desk.id)->owner == bob.id);
    CHECK(snapshot->device(lobby.id)->owner.is_nil());
  }
  CHECK(list_limits(site.connection).at(0).person == "bob");

  CHECK(set_device(site.connection, lobby, {.owner = bob.id}).value().owner == bob.id);
  CHECK(set_device(site.connection, lobby, {.owner = core::UserId()}).value().owner.is_nil());
  REQUIRE(remove_person(site.connection, bob));
  CHECK(list_limits(site.connection).empty());
  CHECK(load(site.connection)->device(desk.id)->owner.is_nil());
}

TEST_CASE("a device cannot belong to a person of another tenant", "[directory]") {
  Site site;
  const Tenant other =
      add_tenant(site.connection, {.name = "other", .domain = "other.example"}).value();
  const Person bob =
      add_person(site.connection, other, {.name = "bob", .roles = {PersonRole::user}},
                 core::Secret("correct horse"))
          .value();
  const auto device = add_device(site.connection, site.tenant, {.name = "desk", .owner = bob.id});
  REQUIRE_FALSE(device);
  CHECK(device.error().code == core::ExitCode::no_input);
  CHECK(device.error().message == "cannot give device 'desk' to a user who is not of its tenant");
}

TEST_CASE("a limit that says nothing, or that a device cannot have, is refused", "[directory]") {
  Site site;
  const Device alice = add_device(site.connection, site.tenant, {.name = "alice"}).value().device;
  CHECK(set_limit(site.connection, {.tenant = site.tenant.id}).error().message ==
        "cannot set a limit: no number is given");
  CHECK(set_limit(site.connection,
                  {.tenant = site.tenant.id, .device = alice.id, .max_registrations = 1})
            .error()
            .message == "cannot limit the registrations of a device");
}

}  // namespace trunkline::directory
