// SPDX-License-Identifier: MIT
#pragma once

// Entries for the journal's tests.

#include <string>

#include "core/time.h"
#include "core/uuid.h"
#include "journal/entry.h"

namespace trunkline::journal {

inline core::Uuid uuid_of(std::uint8_t fill) {
  std::array<std::byte, 16> bytes;
  bytes.fill(std::byte{fill});
  return core::Uuid(bytes);
}

inline const core::TenantId kTenant{uuid_of(0xaa)};
inline const core::CallRef kCall{uuid_of(0xbb)};
inline const core::Time kStart = core::from_microseconds(1'700'000'000'000'000);

/// The n-th of a series: one second after the other, all of one call.
inline Entry sample(std::uint64_t n, std::string kind = "call.ringing") {
  return {.kind = std::move(kind),
          .tenant = kTenant,
          .call = kCall,
          .body = "{\"n\":" + std::to_string(n) + "}",
          .at = kStart + core::Seconds(static_cast<std::int64_t>(n))};
}

}  // namespace trunkline::journal
