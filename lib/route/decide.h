// SPDX-License-Identifier: MIT
#pragma once

// Who is called when somebody dials something: a pure function of the directory, the caller and
// what was dialled. It returns the plan and the trace of every rule it tried, so that a person can
// be told why (the ledger keeps the rule that decided). Whether the called device is registered is
// not decided here: that is a fact of the moment, and the exchange's.
//
// The rules, in this order:
//
//   caller     the calling device must be known and enabled                          else 403
//   emergency  112, 911, 999, 110: nothing may shadow them. There is no way to the public network
//              yet, so such a call is refused with 503, on which a phone tries its next account
//              or network; never with 404, which would call the number wrong
//   domain     another tenant's domain is out of reach: 404
//   extension  the device with that extension in the caller's tenant
//   name       the device with that name in the caller's tenant
//   (found)    a disabled device is refused with 403, the caller itself with 486
//   none       404

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "directory/snapshot.h"

namespace trunkline::route {

struct RouteRequest {
  core::TenantId tenant;
  core::DeviceId caller;
  std::string_view dialled;  ///< the user part of the request URI, %-escapes undone
  std::string_view host;     ///< its host; what is nobody's domain counts as the caller's own
  core::Time now;
};

enum class Verdict : std::uint8_t { passed, matched, refused };
std::string_view name_of(Verdict verdict);

/// One rule that was tried.
struct Tried {
  std::string rule;
  Verdict verdict = Verdict::passed;
  std::string why;  ///< "no device has extension 105"

  bool operator==(const Tried&) const = default;
};

struct Refusal {
  int status = 404;
  std::string reason;

  bool operator==(const Refusal&) const = default;
};

struct Plan {
  /// Where to ring; empty when refused. Pointers live as long as the snapshot.
  std::vector<const directory::Device*> targets = {};
  std::optional<Refusal> refusal = {};
  std::string rule;     ///< the one that decided
  std::string dialled;  ///< as the rules saw it, see normalised()
  std::vector<Tried> trace = {};
};

[[nodiscard]] Plan decide(const directory::Snapshot& snapshot, const RouteRequest& request);

/// What was dialled without what only people or gateways read: parameters (";phone-context=...")
/// go, and from a number its visual separators (RFC 3966 section 5.1.1). Letters become lower case.
std::string normalised(std::string_view dialled);

}  // namespace trunkline::route
