// SPDX-License-Identifier: MIT
#pragma once

// What one device, one person with all devices of theirs, or one tenant may have, where that is not
// as the settings say.

#include <cstdint>
#include <optional>

#include "core/uuid.h"

namespace trunkline::directory {

struct Limit {
  core::TenantId tenant = {};
  core::DeviceId device = {};
  core::UserId person = {};                             ///< and the device nil: the tenant's own
  std::optional<std::uint32_t> max_calls = {};          ///< at the same time
  std::optional<std::uint32_t> calls_per_minute = {};   ///< begun
  std::optional<std::uint32_t> max_registrations = {};  ///< not of a device
  bool operator==(const Limit&) const = default;
};

}  // namespace trunkline::directory
