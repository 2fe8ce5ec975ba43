// SPDX-License-Identifier: MIT
#pragma once

// Devices of one tenant for tests of decisions, told apart by small numbers.

#include <string>
#include <utility>

#include "directory/snapshot.h"
#include "support/numbered.h"

namespace trunkline::exchange {

inline const core::TenantId kTenant{test::numbered(1)};

inline directory::Device device(int id, std::string name, std::string extension) {
  return {.id = test::numbered<core::DeviceId>(id),
          .tenant = kTenant,
          .name = std::move(name),
          .extension = std::move(extension),
          .display_name = "Someone"};
}

}  // namespace trunkline::exchange
