// SPDX-License-Identifier: MIT
#include "directory/devices.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "crypto/box.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "db/sql_error.h"
#include "directory/records.h"
#include "directory/tenants.h"

namespace trunkline::directory {
namespace {

using core::ExitCode;

bool has_letter(std::string_view name) {
  return std::ranges::any_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// The device with every field checked, or the fault of the first that is not as it should be.
core::Result<NewDevice> checked(NewDevice device) {
  auto name = parse_name(device.name);
  if (!name) return tl::unexpected(name.error());
  device.name = *name;
  if (!has_letter(device.name) && device.extension.empty()) device.extension = device.name;
  if (!device.extension.empty()) {
    auto extension = parse_extension(device.extension);
    if (!extension) return tl::unexpected(extension.error());
  }
  if (!has_letter(device.name) && device.extension != device.name) {
    return core::fault(
        ExitCode::usage,
        fmt::format("cannot name a device '{}': digits alone are an extension", device.name),
        "give it a name with a letter, or the same extension");
  }
  auto display_name = parse_display_name(device.display_name);
  if (!display_name) return tl::unexpected(display_name.error());
  return device;
}

/// The digest secret sealed to sipd, as base64.
core::Result<std::string> sealed(db::Connection& connection, const Tenant& tenant,
                                 const core::DeviceId& device, std::string_view name,
                                 DigestAlgorithm algorithm, const core::Secret& password) {
  const std::optional<core::Bytes> key = site_public_key(connection);
  if (!key) {
    return core::fault(ExitCode::config, "cannot seal a device's secret: sipd has no key yet",
                       "set up the exchange: trunkline init");
  }
  const auto public_key = crypto::public_key_from(*key);
  if (!public_key) return tl::unexpected(public_key.error());
  const core::Secret ha1 = digest_ha1(algorithm, name, tenant.domain, password);
  const auto box = crypto::seal_to(*public_key, ha1.reveal(),
                                   core::as_bytes(sealing_context(tenant.id, device, algorithm)));
  if (!box) return tl::unexpected(box.error());
  return core::to_base64(*box);
}

core::Fault taken(const db::SqlError& error, const Tenant& tenant, std::string_view name,
                  std::string_view extension) {
  const std::string hint = fmt::format("list them: sipctl device list --tenant {}", tenant.name);
  if (error.constraint() == "device_extension_taken") {
    return {ExitCode::data,
            fmt::format("cannot give device '{}' the extension {}: it is taken", name, extension),
            hint};
  }
  if (error.constraint() == "device_owner") {
    return {ExitCode::no_input,
            fmt::format("cannot give device '{}' to a user who is not of its tenant", name),
            "list them: trunkline user list"};
  }
  if (error.constraint() == "device_name_is_own_extension") {
    return {ExitCode::usage,
            fmt::format("cannot give device '{}' another extension: digits alone are an extension",
                        name),
            "add a device whose name has a letter"};
  }
  return {ExitCode::data, fmt::format("cannot add device '{}': the name is taken", name), hint};
}

bool is_constraint(const db::SqlError& error) {
  return error.sqlstate().starts_with("23");
}

std::optional<std::string> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

core::Secret digest_ha1(DigestAlgorithm algorithm, std::string_view name, std::string_view realm,
                        const core::Secret& password) {
  std::string text = fmt::format("{}:{}:{}", name, realm, password.reveal_text());
  const core::Secret plain(text);
  std::ranges::fill(text, '\0');
  return core::Secret(algorithm == DigestAlgorithm::md5 ? crypto::md5_hex(plain.reveal_text())
                                                        : crypto::sha256_hex(plain.reveal_text()));
}

core::Result<AddedDevice> add_device(db::Connection& connection, const Tenant& tenant,
                                     const NewDevice& wanted) {
  const core::Result<NewDevice> device = checked(wanted);
  if (!device) return tl::unexpected(device.error());
  const auto id = core::DeviceId::make(core::system_clock().wall());
  const core::Secret password = device->password ? *device->password : crypto::make_password();
  const auto secret = sealed(connection, tenant, id, device->name, device->algorithm, password);
  if (!secret) return tl::unexpected(secret.error());
  static constexpr db::Statement kAdd{
      "INSERT INTO trunkline.device (id, tenant_id, name, extension, display_name, algorithm,"
      "                              sealed_ha1, recording, owner_id)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
      " RETURNING id, tenant_id, name, extension, display_name, algorithm, sealed_ha1, recording,"
      "           is_enabled, owner_id"};
  try {
    const db::Rows rows = connection.query(
        kAdd, {id, tenant.id, device->name, null_if_empty(device->extension), device->display_name,
               std::string(name_of(device->algorithm)), *secret,
               std::string(name_of(device->recording)), null_if_nil(device->owner)});
    return AddedDevice{device_of(rows.only()), password};
  } catch (const db::SqlError& error) {
    if (!is_constraint(error)) throw;
    return tl::unexpected(taken(error, tenant, device->name, device->extension));
  }
}

std::vector<Device> list_devices(db::Connection& connection, const core::TenantId& tenant) {
  static constexpr db::Statement kList{
      "SELECT id, tenant_id, name, extension, display_name, algorithm, sealed_ha1, recording,"
      "       is_enabled, owner_id FROM trunkline.device"
      " WHERE $1::uuid IS NULL OR tenant_id = $1 ORDER BY tenant_id, name"};
  const db::Value only = tenant.is_nil() ? db::Value(std::nullopt) : db::Value(tenant);
  std::vector<Device> devices;
  for (const db::Row row : connection.query(kList, {only})) devices.push_back(device_of(row));
  return devices;
}

core::Result<Device> find_device(db::Connection& connection, const Tenant& tenant,
                                 std::string_view which) {
  static constexpr db::Statement kFind{
      "SELECT id, tenant_id, name, extension, display_name, algorithm, sealed_ha1, recording,"
      "       is_enabled, owner_id, name = $2 OR extension = $2 AS is_named FROM trunkline.device"
      " WHERE tenant_id = $1 AND (name = $2 OR extension = $2 OR right(id::text, length($2)) = $2)"
      " ORDER BY is_named DESC, name LIMIT 2"};
  const std::string wanted = core::to_lower(which);
  const std::string hint = fmt::format("list them: sipctl device list --tenant {}", tenant.name);
  const db::Rows rows = connection.query(kFind, {tenant.id, wanted});
  if (rows.empty() || (!rows[0].get<bool>("is_named") && wanted.size() < 4)) {
    return tl::unexpected(not_there("device", which, hint));
  }
  if (!rows[0].get<bool>("is_named") && rows.size() > 1) {
    return core::fault(
        ExitCode::usage,
        fmt::format("cannot tell which device '{}' is: several ids end so", core::printable(which)),
        "give more characters of the id");
  }
  return device_of(rows[0]);
}

core::Result<Device> set_device(db::Connection& connection, const Device& device,
                                const DeviceChange& change) {
  Device wanted = device;
  if (change.extension) wanted.extension = *change.extension;
  if (change.display_name) wanted.display_name = *change.display_name;
  if (change.recording) wanted.recording = *change.recording;
  if (change.is_enabled) wanted.is_enabled = *change.is_enabled;
  if (change.owner) wanted.owner = *change.owner;
  const auto valid = checked(
      {.name = wanted.name, .extension = wanted.extension, .display_name = wanted.display_name});
  if (!valid) return tl::unexpected(valid.error());
  static constexpr db::Statement kSet{
      "UPDATE trunkline.device SET extension = $2, display_name = $3, recording = $4,"
      "                            is_enabled = $5, owner_id = $6, changed_at = now() WHERE id = "
      "$1"};
  try {
    const db::Rows rows =
        connection.query(kSet, {device.id, null_if_empty(valid->extension), wanted.display_name,
                                std::string(name_of(wanted.recording)), wanted.is_enabled,
                                null_if_nil(wanted.owner)});
    if (rows.affected() == 1) {
      wanted.extension = valid->extension;
      return wanted;
    }
  } catch (const db::SqlError& error) {
    if (!is_constraint(error)) throw;
    return tl::unexpected(taken(error, {}, device.name, wanted.extension));
  }
  return tl::unexpected(not_there("device", device.name, "it was removed meanwhile"));
}

core::Result<AddedDevice> reset_device_password(db::Connection& connection, const Tenant& tenant,
                                                const Device& device,
                                                std::optional<DigestAlgorithm> algorithm,
                                                std::optional<core::Secret> given) {
  Device wanted = device;
  if (algorithm) wanted.algorithm = *algorithm;
  const core::Secret password = given ? *given : crypto::make_password();
  const auto secret =
      sealed(connection, tenant, device.id, device.name, wanted.algorithm, password);
  if (!secret) return tl::unexpected(secret.error());
  wanted.sealed_ha1 = *secret;
  static constexpr db::Statement kReset{
      "UPDATE trunkline.device SET algorithm = $2, sealed_ha1 = $3, changed_at = now()"
      " WHERE id = $1"};
  const db::Rows rows = connection.query(
      kReset, {device.id, std::string(name_of(wanted.algorithm)), wanted.sealed_ha1});
  if (rows.affected() == 1) return AddedDevice{wanted, password};
  return tl::unexpected(not_there("device", device.name, "it was removed meanwhile"));
}

core::Result<void> remove_device(db::Connection& connection, const Device& device) {
  static constexpr db::Statement kRemove{"DELETE FROM trunkline.device WHERE id = $1"};
  if (connection.query(kRemove, {device.id}).affected() == 1) return {};
  return tl::unexpected(not_there("device", device.name, "it was removed meanwhile"));
}

}  // namespace trunkline::directory
