// SPDX-License-Identifier: MIT
#include "directory/snapshot.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "support/numbered.h"
#include "support/temporary_directory.h"

namespace trunkline::directory {
namespace {

using test::numbered;

SnapshotPtr two_tenants() {
  const auto first = numbered<core::TenantId>(1);
  const auto second = numbered<core::TenantId>(2);
  return std::make_shared<const Snapshot>(
      7,
      std::vector<Tenant>{{.id = first,
                           .name = "acme",
                           .domain = "acme.example",
                           .is_default = true,
                           .recording = RecordingMode::always},
                          {.id = second, .name = "zeta", .domain = "zeta.example"}},
      std::vector<Device>{{.id = numbered<core::DeviceId>(11),
                           .tenant = first,
                           .name = "alice",
                           .extension = "101",
                           .display_name = "Alice \xc3\xb6",
                           .sealed_ha1 = "c2VhbGVk"},
                          {.id = numbered<core::DeviceId>(12),
                           .tenant = first,
                           .name = "bob",
                           .recording = RecordingMode::off,
                           .is_enabled = false},
                          {.id = numbered<core::DeviceId>(13),
                           .tenant = second,
                           .name = "alice",
                           .extension = "101",
                           .algorithm = DigestAlgorithm::sha256}},
      std::vector<Limit>{{.tenant = first, .device = numbered<core::DeviceId>(12), .max_calls = 0},
                         {.tenant = second, .calls_per_minute = 30, .max_registrations = 5}});
}

}  // namespace

TEST_CASE("a snapshot's limits survive its text", "[directory]") {
  const SnapshotPtr snapshot = two_tenants();
  const SnapshotPtr read = parse_snapshot(to_text(*snapshot)).value();
  CHECK(read->limits() == snapshot->limits());
  REQUIRE(read->limit_of(numbered<core::DeviceId>(12)) != nullptr);
  CHECK(read->limit_of(numbered<core::DeviceId>(12))->max_calls == 0U);
  CHECK(read->limit_of(numbered<core::TenantId>(2))->max_registrations == 5U);
  CHECK(read->limit_of(numbered<core::DeviceId>(11)) == nullptr);
  CHECK(read->limit_of(numbered<core::TenantId>(1)) == nullptr);
}

TEST_CASE("a snapshot finds tenants by domain, and the default for a host it does not know",
          "[directory]") {
  const SnapshotPtr snapshot = two_tenants();
  CHECK(snapshot->tenant_by_domain("ZETA.example")->name == "zeta");
  CHECK(snapshot->tenant_by_domain("192.0.2.7")->name == "acme");
  CHECK(snapshot->tenant(numbered<core::TenantId>(2))->name == "zeta");
  CHECK(snapshot->tenant(numbered<core::TenantId>(3)) == nullptr);
  CHECK(Snapshot().tenant_by_domain("anywhere") == nullptr);
}

TEST_CASE("a snapshot finds devices only within the tenant", "[directory]") {
  const SnapshotPtr snapshot = two_tenants();
  const auto first = numbered<core::TenantId>(1);
  const auto second = numbered<core::TenantId>(2);
  CHECK(snapshot->device(first, "Alice")->id == numbered<core::DeviceId>(11));
  CHECK(snapshot->device(second, "alice")->id == numbered<core::DeviceId>(13));
  CHECK(snapshot->device(second, "bob") == nullptr);
  CHECK(snapshot->device_by_extension(first, "101")->id == numbered<core::DeviceId>(11));
  CHECK(snapshot->device_by_extension(second, "101")->id == numbered<core::DeviceId>(13));
  CHECK(snapshot->device_by_extension(first, "") == nullptr);
  CHECK(snapshot->device(numbered<core::DeviceId>(12))->name == "bob");
}

TEST_CASE("a snapshot finds each of many devices, and no other", "[directory]") {
  const auto tenant = numbered<core::TenantId>(1);
  constexpr int kDevices = 3000;
  std::vector<Device> devices;
  for (int i = 0; i < kDevices; ++i) {
    devices.push_back({.id = numbered<core::DeviceId>(i),
                       .tenant = tenant,
                       .name = "phone" + std::to_string(i),
                       .extension = std::to_string(10'000 + i)});
  }
  const Snapshot snapshot(1, {}, devices);
  for (int i = 0; i < kDevices; ++i) {
    const Device& wanted = snapshot.devices()[static_cast<std::size_t>(i)];
    CHECK(snapshot.device(numbered<core::DeviceId>(i)) == &wanted);
    CHECK(snapshot.device(tenant, "PHONE" + std::to_string(i)) == &wanted);
    CHECK(snapshot.device_by_extension(tenant, std::to_string(10'000 + i)) == &wanted);
  }
  CHECK(snapshot.device(numbered<core::DeviceId>(kDevices)) == nullptr);
  CHECK(snapshot.device(tenant, "phone" + std::to_string(kDevices)) == nullptr);
  CHECK(snapshot.device_by_extension(tenant, "9999") == nullptr);
}

TEST_CASE("a device's recording mode is its own, or its tenant's", "[directory]") {
  const SnapshotPtr snapshot = two_tenants();
  CHECK(snapshot->recording_of(*snapshot->device(numbered<core::DeviceId>(11))) ==
        RecordingMode::always);
  CHECK(snapshot->recording_of(*snapshot->device(numbered<core::DeviceId>(12))) ==
        RecordingMode::off);
  CHECK(snapshot->recording_of(*snapshot->device(numbered<core::DeviceId>(13))) ==
        RecordingMode::off);
}

TEST_CASE("a snapshot reads back from its file, which only its owner may read", "[directory]") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "directory.json";
  const SnapshotPtr snapshot = two_tenants();
  REQUIRE(save(*snapshot, file));
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0600U);
  const core::Result<SnapshotPtr> read = load_file(file);
  REQUIRE(read);
  CHECK((*read)->version() == 7);
  CHECK((*read)->tenants() == snapshot->tenants());
  CHECK((*read)->devices() == snapshot->devices());
}

TEST_CASE("a file that is damaged or another thing is refused whole", "[directory]") {
  const std::string good = to_text(*two_tenants());
  REQUIRE(parse_snapshot(good));
  CHECK_FALSE(parse_snapshot(""));
  CHECK_FALSE(parse_snapshot("[]"));
  const auto head = [](const std::string& schema, const std::string& more) {
    return "{\"schema\":\"" + schema + "\",\"version\":1" + more + "}\n";
  };
  CHECK(parse_snapshot(head("directory.v2", ",\"tenants\":[],\"devices\":0")));
  CHECK_FALSE(parse_snapshot(head("directory.v1", ",\"tenants\":[],\"devices\":0")));
  CHECK_FALSE(parse_snapshot(head("directory.v2", ",\"devices\":0")));
  CHECK_FALSE(parse_snapshot(head("directory.v2", ",\"tenants\":[{}],\"devices\":0")));
  CHECK_FALSE(parse_snapshot(head("directory.v2", ",\"tenants\":[]")));
  CHECK_FALSE(parse_snapshot(head("directory.v2", ",\"tenants\":[],\"devices\":1")));
  CHECK_FALSE(parse_snapshot(head("directory.v2", ",\"tenants\":[],\"devices\":1") + "7\n"));
  for (std::size_t size = 0; size + 2 < good.size(); size += 7) {
    CHECK_FALSE(parse_snapshot(std::string_view(good).substr(0, size)));
  }
  const test::TemporaryDirectory directory;
  CHECK(load_file(directory.path() / "absent").error().code == core::ExitCode::no_input);
}

}  // namespace trunkline::directory
