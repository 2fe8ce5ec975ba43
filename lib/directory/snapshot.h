// SPDX-License-Identifier: MIT
#pragma once

// The directory as one immutable value: what sipd routes and authenticates by. Built from
// PostgreSQL or from the local file of the last one, shared between threads as shared_ptr<const
// Snapshot> and never changed. Look-ups do not allocate and do not wait.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "directory/limit.h"
#include "directory/position_index.h"
#include "directory/types.h"

namespace trunkline::db {
class Connection;
}

namespace trunkline::directory {

class Snapshot {
 public:
  /// Nobody is known; version 0.
  Snapshot() = default;
  Snapshot(std::uint64_t version, std::vector<Tenant> tenants, std::vector<Device> devices,
           std::vector<Limit> limits = {});
  // Look-up tables point into the vectors.
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  /// Counts every change of the directory.
  std::uint64_t version() const noexcept { return version_; }
  const std::vector<Tenant>& tenants() const noexcept { return tenants_; }
  const std::vector<Device>& devices() const noexcept { return devices_; }
  const std::vector<Limit>& limits() const noexcept { return limits_; }

  /// nullptr where there is none; pointers live as long as the snapshot.
  const Tenant* tenant(const core::TenantId& id) const;
  /// An unknown host gives the default tenant: phones may register at an IP address.
  const Tenant* tenant_by_domain(std::string_view host) const;
  const Device* device(const core::DeviceId& id) const;
  const Device* device(const core::TenantId& tenant, std::string_view name) const;
  const Device* device_by_extension(const core::TenantId& tenant, std::string_view extension) const;
  /// The device's mode, or its tenant's where it inherits: always or off.
  RecordingMode recording_of(const Device& device) const;
  /// Limits of their own; nullptr where the settings alone say.
  const Limit* limit_of(const core::DeviceId& device) const;
  const Limit* limit_of(const core::UserId& person) const;
  const Limit* limit_of(const core::TenantId& tenant) const;

 private:
  const Limit* limit_of_party(const core::Uuid& party) const;
  static std::size_t hash_of(const core::TenantId& tenant, std::string_view name);
  const Device* device_at(std::optional<std::size_t> position) const;

  std::uint64_t version_ = 0;
  std::vector<Tenant> tenants_;
  std::vector<Device> devices_;
  std::vector<Limit> limits_;
  std::unordered_map<core::Uuid, const Limit*> limit_by_party_;
  const Tenant* default_tenant_ = nullptr;
  std::unordered_map<core::TenantId, const Tenant*> tenant_by_id_;
  std::unordered_map<std::string, const Tenant*> tenant_by_domain_;
  // Of 100,000 devices these are 3 MB, where maps of strings would be 30.
  PositionIndex device_by_id_;
  PositionIndex device_by_name_;
  PositionIndex device_by_extension_;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One consistent moment of the database. Throws core::Error.
SnapshotPtr load(db::Connection& connection);

/// The snapshot as lines of JSON ("directory.v2": a head with the tenants, then a line for each
/// device), and back. Sealed secrets stay sealed.
std::string to_text(const Snapshot& snapshot);
core::Result<SnapshotPtr> parse_snapshot(std::string_view text);

/// Replaces the file in one step (a crash leaves the old or the new one), mode 0600.
core::Result<void> save(const Snapshot& snapshot, const std::filesystem::path& file);
core::Result<SnapshotPtr> load_file(const std::filesystem::path& file);

}  // namespace trunkline::directory
