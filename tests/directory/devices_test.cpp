// SPDX-License-Identifier: MIT
#include "directory/devices.h"

#include "crypto/hash.h"
#include "db/sql_error.h"
#include "directory/people.h"
#include "directory/site.h"

namespace trunkline::directory {

TEST_CASE("a device's secret is sealed to sipd and opens only in its place", "[directory]") {
  Site site;
  const auto added =
      add_device(site.connection, site.tenant, {.name = "Alice", .extension = "101"}).value();
  CHECK(added.device.name == "alice");
  CHECK(added.password.size() == 20);
  const core::Bytes box = core::from_base64(added.device.sealed_ha1).value();
  const auto opened = crypto::open_sealed(
      site.keys.private_key, box,
      core::as_bytes(sealing_context(site.tenant.id, added.device.id, DigestAlgorithm::md5)));
  REQUIRE(opened);
  CHECK(opened->reveal_text() ==
        crypto::md5_hex("alice:acme.example:" + std::string(added.password.reveal_text())));
  CHECK_FALSE(crypto::open_sealed(
      site.keys.private_key, box,
      core::as_bytes(sealing_context(site.tenant.id, core::DeviceId{}, DigestAlgorithm::md5))));
}

TEST_CASE("RFC 7616 3.9.1: the digest secret of its example", "[directory]") {
  // H("Mufasa:http-auth@example.org:Circle of Life")
  const core::Secret password(std::string_view("Circle of Life"));
  CHECK(
      digest_ha1(DigestAlgorithm::md5, "Mufasa", "http-auth@example.org", password).reveal_text() ==
      "3d78807defe7de2157e2b0b6573a855f");
  CHECK(digest_ha1(DigestAlgorithm::sha256, "Mufasa", "http-auth@example.org", password)
            .reveal_text() == "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

TEST_CASE("names and extensions are taken once a tenant", "[directory]") {
  Site site;
  REQUIRE(add_device(site.connection, site.tenant, {.name = "alice", .extension = "101"}));
  CHECK(add_device(site.connection, site.tenant, {.name = "alice"}).error() ==
        core::Fault{core::ExitCode::data, "cannot add device 'alice': the name is taken",
                    "list them: sipctl device list --tenant acme"});
  CHECK(add_device(site.connection, site.tenant, {.name = "bob", .extension = "101"})
            .error()
            .message == "cannot give device 'bob' the extension 101: it is taken");
  const Tenant other =
      add_tenant(site.connection, {.name = "zeta", .domain = "zeta.example"}).value();
  CHECK(add_device(site.connection, other, {.name = "alice", .extension = "101"}));
}

TEST_CASE("digits alone are a name only with the same extension", "[directory]") {
  Site site;
  CHECK(add_device(site.connection, site.tenant, {.name = "102"}).value().device.extension ==
        "102");
  CHECK(
      add_device(site.connection, site.tenant, {.name = "103", .extension = "104"}).error().code ==
      core::ExitCode::usage);
  // Nobody else may be dialled by 102 then.
  CHECK_FALSE(add_device(site.connection, site.tenant, {.name = "eve", .extension = "102"}));
}

TEST_CASE("a device is found by name, extension, id and the id's tail", "[directory]") {
  Site site;
  const Device device =
      add_device(site.connection, site.tenant, {.name = "alice", .extension = "101"})
          .value()
          .device;
  const std::string id = device.id.text();
  for (const std::string& which : {std::string("Alice"), std::string("101"), id, id.substr(28)}) {
    CAPTURE(which);
    CHECK(find_device(site.connection, site.tenant, which).value() == device);
  }
  CHECK(find_device(site.connection, site.tenant, "bob").error() ==
        core::Fault{core::ExitCode::no_input, "cannot find device 'bob'",
                    "list them: sipctl device list --tenant acme"});
  CHECK_FALSE(find_device(site.connection, site.tenant, id.substr(35)));
}

TEST_CASE("a device is changed, gets another password, and is removed", "[directory]") {
  Site site;
  const AddedDevice added =
      add_device(site.connection, site.tenant, {.name = "alice", .extension = "101"}).value();
  const Device changed =
      set_device(site.connection, added.device,
                 {.extension = "", .recording = RecordingMode::always, .is_enabled = false})
          .value();
  CHECK(find_device(site.connection, site.tenant, "alice").value() == changed);
  CHECK(changed.extension.empty());
  CHECK(changed.recording == RecordingMode::always);
  CHECK_FALSE(changed.is_enabled);

  const AddedDevice reset =
      reset_device_password(site.connection, site.tenant, changed, DigestAlgorithm::sha256).value();
  CHECK(reset.password.reveal_text() != added.password.reveal_text());
  CHECK(reset.device.algorithm == DigestAlgorithm::sha256);
  CHECK(crypto::open_sealed(
      site.keys.private_key, core::from_base64(reset.device.sealed_ha1).value(),
      core::as_bytes(sealing_context(site.tenant.id, changed.id, DigestAlgorithm::sha256))));

  REQUIRE(remove_device(site.connection, changed));
  CHECK(list_devices(site.connection, {}).empty());
  CHECK_FALSE(remove_device(site.connection, changed));
}

TEST_CASE("without sipd's key no device is added, and the way to make one is told", "[directory]") {
  const test::Database database;
  db::Connection connection = database.open();
  const Tenant tenant = add_tenant(connection, {.name = "acme", .domain = "acme.example"}).value();
  CHECK(add_device(connection, tenant, {.name = "alice"}).error() ==
        core::Fault{core::ExitCode::config, "cannot seal a device's secret: sipd has no key yet",
                    "set up the exchange: trunkline init"});
}

TEST_CASE("the site's key is set once; another one is refused", "[directory]") {
  Site site;
  CHECK(set_site_public_key(site.connection, site.keys.public_key));
  CHECK(set_site_public_key(site.connection, crypto::make_key_pair().public_key).error().code ==
        core::ExitCode::config);
}

TEST_CASE("a session for one tenant sees and changes nothing of another", "[directory]") {
  Site site;
  REQUIRE(add_device(site.connection, site.tenant, {.name = "alice"}));
  const Tenant other =
      add_tenant(site.connection, {.name = "zeta", .domain = "zeta.example"}).value();
  db::Options options = site.database.options();
  options.tenant = other.id;
  db::Connection restricted = db::Connection::open(options);
  CHECK(list_devices(restricted, {}).empty());
  CHECK(list_tenants(restricted).size() == 1);
  CHECK_THROWS_AS(add_device(restricted, site.tenant, {.name = "eve"}), core::Error);
}

TEST_CASE("tenants: the first is the default, one in use cannot be removed", "[directory]") {
  Site site;
  CHECK(site.tenant.is_default);
  const Tenant other =
      add_tenant(site.connection, {.name = "zeta", .domain = "zeta.example"}).value();
  CHECK_FALSE(other.is_default);
  CHECK(tenant_or_default(site.connection, "").value() == site.tenant);
  CHECK(find_tenant(site.connection, "zeta.example").value() == other);
  CHECK(add_tenant(site.connection, {.name = "zeta", .domain = "x.example"}).error().message ==
        "cannot add tenant 'zeta': its name or its domain 'x.example' is taken");
  CHECK(remove_tenant(site.connection, "acme").error().message ==
        "cannot remove tenant 'acme': it is the default one");

  CHECK(set_tenant(site.connection, "zeta",
                   {.recording = RecordingMode::always, .makes_default = true})
            .value()
            .is_default);
  REQUIRE(add_device(site.connection, site.tenant, {.name = "alice"}));
  CHECK(remove_tenant(site.connection, "acme").error().message ==
        "cannot remove tenant 'acme': it has devices or people");
  REQUIRE(
      remove_device(site.connection, find_device(site.connection, site.tenant, "alice").value()));
  CHECK(remove_tenant(site.connection, "acme"));
  CHECK(list_tenants(site.connection).size() == 1);
}

TEST_CASE("people have roles and a password that is only compared", "[directory]") {
  Site site;
  const core::Secret password(std::string_view("correct horse"));
  const Person ann = add_person(site.connection, site.tenant,
                                {.name = "ann", .roles = {PersonRole::admin}}, password)
                         .value();
  CHECK(find_person(site.connection, site.tenant, "ANN").value() == ann);
  CHECK_FALSE(add_person(site.connection, site.tenant, {.name = "ann", .roles = {PersonRole::user}},
                         password));
  CHECK_FALSE(add_person(site.connection, site.tenant, {.name = "bea", .roles = {PersonRole::user}},
                         core::Secret(std::string_view("short"))));

  const Person changed =
      set_person(
          site.connection, ann,
          {.roles = std::vector{PersonRole::auditor, PersonRole::supervisor}, .is_enabled = false})
          .value();
  CHECK(list_people(site.connection, site.tenant.id) == std::vector{changed});
  CHECK(log_in(site.connection, ann, password, core::Time{}) == Login::wrong);  // disabled
  CHECK(remove_person(site.connection, ann));
  CHECK(list_people(site.connection, {}).empty());
}

TEST_CASE("five wrong passwords within a minute lock a person out for fifteen", "[directory]") {
  Site site;
  const core::Secret password(std::string_view("correct horse"));
  const core::Secret other(std::string_view("another horse"));
  const Person ann = add_person(site.connection, site.tenant,
                                {.name = "ann", .roles = {PersonRole::admin}}, password)
                         .value();
  const core::Time start = core::parse_rfc3339("2026-11-25T08:00:00Z").value();
  const auto try_at = [&](int seconds, const core::Secret& secret) {
    return log_in(site.connection, ann, secret, start + core::Seconds(seconds));
  };
  const auto ann_now = [&] { return find_person(site.connection, site.tenant, "ann").value(); };
  CHECK_FALSE(ann_now().last_login);
  CHECK(try_at(0, password) == Login::welcome);
  CHECK(ann_now().last_login == start);

  // Four in a minute, and a fifth after it: the count begins again.
  for (const int second : {10, 20, 30, 40}) CHECK(try_at(second, other) == Login::wrong);
  CHECK(try_at(71, other) == Login::wrong);
  CHECK_FALSE(ann_now().locked_until);
  // A right one forgets the wrong ones.
  for (const int second : {72, 73, 74}) CHECK(try_at(second, other) == Login::wrong);
  CHECK(try_at(75, password) == Login::welcome);
  for (const int second : {76, 77, 78, 79, 80}) CHECK(try_at(second, other) == Login::wrong);
  CHECK(ann_now().locked_until == start + core::Seconds(80) + std::chrono::minutes(15));
  CHECK(try_at(81, password) == Login::locked);
  CHECK(try_at(80 + 15 * 60, password) == Login::welcome);
  CHECK_FALSE(ann_now().locked_until);

  // Whoever may set a password ends the lock with it.
  for (const int second : {2000, 2001, 2002, 2003, 2004})
    CHECK(try_at(second, password) == Login::welcome);
  for (const int second : {2005, 2006, 2007, 2008, 2009})
    CHECK(try_at(second, other) == Login::wrong);
  CHECK(try_at(2010, password) == Login::locked);
  REQUIRE(set_password(site.connection, ann, other));
  CHECK(try_at(2011, other) == Login::welcome);
  CHECK(try_at(2012, password) == Login::wrong);
}

TEST_CASE("changes are in the audit log without secrets, and it cannot be changed", "[directory]") {
  Site site;
  const Device device = add_device(site.connection, site.tenant, {.name = "alice"}).value().device;
  REQUIRE(reset_device_password(site.connection, site.tenant, device));
  REQUIRE(remove_device(site.connection, device));
  static constexpr db::Statement kEvents{
      "SELECT string_agg(event, ' ' ORDER BY seq) AS events, min(who) AS who,"
      "       bool_or(detail LIKE '%ha1%') AS leaks FROM trunkline.audit_log"};
  const db::Rows rows = site.connection.query(kEvents);
  CHECK(rows.only().get<std::string>("events") ==
        "site.added tenant.added device.added device.changed device.removed");
  CHECK(rows.only().get<std::string>("who") == "test");
  CHECK_FALSE(rows.only().get<bool>("leaks"));

  db::Connection superuser = site.database.open_as_superuser();
  CHECK_THROWS_AS(superuser.run_script("UPDATE trunkline.audit_log SET who = 'nobody'"),
                  db::SqlError);
  CHECK_THROWS_AS(superuser.run_script("DELETE FROM trunkline.audit_log"), db::SqlError);
  CHECK_THROWS_AS(superuser.run_script("TRUNCATE trunkline.audit_log"), db::SqlError);

  static constexpr db::Statement kProve{
      "SELECT rows_checked, first_broken FROM trunkline.audit_prove()"};
  CHECK(site.connection.query(kProve).only().get<int>("rows_checked") == 5);
  CHECK(site.connection.query(kProve).only().is_null("first_broken"));
  // Someone with all rights and patience is found out by the chain.
  superuser.run_script(
      "ALTER TABLE trunkline.audit_log DISABLE TRIGGER ALL;"
      "UPDATE trunkline.audit_log SET who = 'nobody' WHERE seq = 3;");
  CHECK(site.connection.query(kProve).only().get<int>("first_broken") == 3);
}

TEST_CASE("sipd reads the directory and nothing else", "[directory]") {
  Site site;
  db::Connection sipd = site.database.open("trunkline_sipd");
  CHECK(list_tenants(sipd).size() == 1);
  CHECK_THROWS_AS(list_people(sipd, {}), db::SqlError);
  CHECK_THROWS_AS(add_device(sipd, site.tenant, {.name = "alice"}), db::SqlError);
  static constexpr db::Statement kCalls{"SELECT count(*) FROM trunkline.cdr"};
  CHECK_THROWS_AS(sipd.query(kCalls), db::SqlError);
  db::Connection recorderd = site.database.open("trunkline_recorderd");
  CHECK_THROWS_AS(list_devices(recorderd, {}), db::SqlError);
}

}  // namespace trunkline::directory
