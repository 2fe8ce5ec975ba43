// SPDX-License-Identifier: MIT
#pragma once

// Devices (phones) of a tenant, as the tools change them. The password is made here, shown once and
// never stored: what is kept is its HA1 sealed to sipd's public key. Every change notifies sipd and
// is in the audit log.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "db/connection.h"
#include "directory/types.h"

namespace trunkline::directory {

struct NewDevice {
  std::string name = {};
  std::string extension = {};  ///< empty = none
  std::string display_name = {};
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  RecordingMode recording = RecordingMode::inherit;
  core::UserId owner = {};                    ///< of the same tenant; nil: nobody
  std::optional<core::Secret> password = {};  ///< instead of a generated one
};

struct AddedDevice {
  Device device;
  core::Secret password;  ///< shown once
};

struct DeviceChange {
  std::optional<std::string> extension = {};  ///< empty text takes it away
  std::optional<std::string> display_name = {};
  std::optional<RecordingMode> recording = {};
  std::optional<bool> is_enabled = {};
  std::optional<core::UserId> owner = {};  ///< nil takes it away
};

[[nodiscard]] core::Result<AddedDevice> add_device(db::Connection& connection, const Tenant& tenant,
                                                   const NewDevice& device);
/// By name; `tenant` nil lists all.
std::vector<Device> list_devices(db::Connection& connection, const core::TenantId& tenant);
/// By name, extension, id or unique tail of the id.
[[nodiscard]] core::Result<Device> find_device(db::Connection& connection, const Tenant& tenant,
                                               std::string_view which);
[[nodiscard]] core::Result<Device> set_device(db::Connection& connection, const Device& device,
                                              const DeviceChange& change);
/// A fresh password (or the given one) and, if asked for, another digest algorithm.
[[nodiscard]] core::Result<AddedDevice> reset_device_password(
    db::Connection& connection, const Tenant& tenant, const Device& device,
    std::optional<DigestAlgorithm> algorithm = {}, std::optional<core::Secret> password = {});
[[nodiscard]] core::Result<void> remove_device(db::Connection& connection, const Device& device);

/// RFC 7616 3.4.2: H(name ":" realm ":" password) in lower-case hex.
core::Secret digest_ha1(DigestAlgorithm algorithm, std::string_view name, std::string_view realm,
                        const core::Secret& password);

}  // namespace trunkline::directory
