// SPDX-License-Identifier: MIT
#include "directory/snapshot.h"

#include "core/text.h"
#include "db/transaction.h"
#include "directory/limits.h"
#include "directory/records.h"

namespace trunkline::directory {
namespace {

core::Uuid party_of(const Limit& limit) {
  if (!limit.device.is_nil()) return limit.device.uuid();
  return limit.person.is_nil() ? limit.tenant.uuid() : limit.person.uuid();
}

}  // namespace

Snapshot::Snapshot(std::uint64_t version, std::vector<Tenant> tenants, std::vector<Device> devices,
                   std::vector<Limit> limits)
    : version_(version),
      tenants_(std::move(tenants)),
      devices_(std::move(devices)),
      limits_(std::move(limits)),
      device_by_id_(devices_.size()),
      device_by_name_(devices_.size()),
      device_by_extension_(devices_.size()) {
  for (const Tenant& tenant : tenants_) {
    tenant_by_id_.emplace(tenant.id, &tenant);
    tenant_by_domain_.emplace(tenant.domain, &tenant);
    if (tenant.is_default) default_tenant_ = &tenant;
  }
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const Device& device = devices_[i];
    device_by_id_.add(std::hash<core::DeviceId>{}(device.id), i);
    device_by_name_.add(hash_of(device.tenant, device.name), i);
    if (device.extension.empty()) continue;
    device_by_extension_.add(hash_of(device.tenant, device.extension), i);
  }
  for (const Limit& limit : limits_) {
    limit_by_party_.emplace(party_of(limit), &limit);
  }
}

/// FNV-1a over the name in lower case, so that looking up needs no copy of it.
std::size_t Snapshot::hash_of(const core::TenantId& tenant, std::string_view name) {
  std::uint64_t hash = std::hash<core::TenantId>{}(tenant);
  for (const char c : name) {
    hash ^= static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    hash *= 0x100'0000'01B3U;
  }
  return hash ^ (hash >> 32U);
}

const Device* Snapshot::device_at(std::optional<std::size_t> position) const {
  return position ? &devices_[*position] : nullptr;
}

const Tenant* Snapshot::tenant(const core::TenantId& id) const {
  const auto found = tenant_by_id_.find(id);
  return found == tenant_by_id_.end() ? nullptr : found->second;
}

const Tenant* Snapshot::tenant_by_domain(std::string_view host) const {
  const auto found = tenant_by_domain_.find(core::to_lower(host));
  return found == tenant_by_domain_.end() ? default_tenant_ : found->second;
}

const Device* Snapshot::device(const core::DeviceId& id) const {
  return device_at(device_by_id_.find(std::hash<core::DeviceId>{}(id),
                                      [&](std::size_t i) { return devices_[i].id == id; }));
}

const Device* Snapshot::device(const core::TenantId& tenant, std::string_view name) const {
  return device_at(device_by_name_.find(hash_of(tenant, name), [&](std::size_t i) {
    return devices_[i].tenant == tenant && core::equals_ignoring_case(devices_[i].name, name);
  }));
}

const Device* Snapshot::device_by_extension(const core::TenantId& tenant,
                                            std::string_view extension) const {
  return device_at(device_by_extension_.find(hash_of(tenant, extension), [&](std::size_t i) {
    return devices_[i].tenant == tenant &&
           core::equals_ignoring_case(devices_[i].extension, extension);
  }));
}

RecordingMode Snapshot::recording_of(const Device& device) const {
  if (device.recording != RecordingMode::inherit) return device.recording;
  const Tenant* owner = tenant(device.tenant);
  return owner == nullptr ? RecordingMode::off : owner->recording;
}

const Limit* Snapshot::limit_of_party(const core::Uuid& party) const {
  const auto found = limit_by_party_.find(party);
  return found == limit_by_party_.end() ? nullptr : found->second;
}

const Limit* Snapshot::limit_of(const core::DeviceId& device) const {
  return limit_of_party(device.uuid());
}

const Limit* Snapshot::limit_of(const core::UserId& person) const {
  return limit_of_party(person.uuid());
}

const Limit* Snapshot::limit_of(const core::TenantId& tenant) const {
  return limit_of_party(tenant.uuid());
}

SnapshotPtr load(db::Connection& connection) {
  db::Transaction transaction(connection, db::Isolation::read_only_snapshot);
  static constexpr db::Statement kVersion{"SELECT version FROM trunkline.directory_version"};
  static constexpr db::Statement kTenants{
      "SELECT id, name, domain, is_default, recording FROM trunkline.tenant ORDER BY name"};
  static constexpr db::Statement kDevices{
      "SELECT id, tenant_id, name, extension, display_name, algorithm, sealed_ha1, recording,"
      "       is_enabled, owner_id FROM trunkline.device ORDER BY tenant_id, name"};
  const auto version = connection.query(kVersion).only().get<std::int64_t>("version");
  std::vector<Tenant> tenants;
  for (const db::Row row : connection.query(kTenants)) tenants.push_back(tenant_of(row));
  const db::Rows device_rows = connection.query(kDevices);
  std::vector<Device> devices;
  devices.reserve(static_cast<std::size_t>(device_rows.size()));
  for (const db::Row row : device_rows) devices.push_back(device_of(row));
  std::vector<Limit> limits = load_limits(connection);
  transaction.commit();
  return std::make_shared<const Snapshot>(static_cast<std::uint64_t>(version), std::move(tenants),
                                          std::move(devices), std::move(limits));
}

}  // namespace trunkline::directory
