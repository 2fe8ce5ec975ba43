// SPDX-License-Identifier: MIT
#pragma once

// The keys that NG lacks and we add, version 1 (schemas/ng/README.md). A server that does not know
// them ignores them.

#include <cstdint>
#include <string_view>

namespace trunkline::ng {

/// The result that says so, and what a client lists under "supports" to be told it.
inline constexpr std::string_view kLoadLimit = "load limit";

/// In the reply to ping: which version of these keys a recorderd speaks. A foreign rtpengine has
/// none.
inline constexpr std::string_view kVersionKey = "trunkline-version";
inline constexpr std::int64_t kVersion = 1;

/// In offer: whose call it is, our row of it, whether to record and under which id.
inline constexpr std::string_view kTenantKey = "trunkline-tenant";        ///< UUID
inline constexpr std::string_view kCallKey = "trunkline-call";            ///< UUID
inline constexpr std::string_view kRecordKey = "trunkline-record";        ///< "always" or "off"
inline constexpr std::string_view kRecordingKey = "trunkline-recording";  ///< UUID
/// Where the reply's SDP will be read, "192.0.2.7": recorderd names its address on that way.
inline constexpr std::string_view kReaderKey = "trunkline-reader";

/// In ping and offer: which sipd it is, and which start of it. What another start of that sipd left
/// behind, nobody commands any more.
inline constexpr std::string_view kNodeKey = "trunkline-node";    ///< UUID of its journal
inline constexpr std::string_view kStartKey = "trunkline-start";  ///< UUID

/// Our tags: of the caller, and of the called number n, "called-1".
inline constexpr std::string_view kCallerTag = "caller";
inline constexpr std::string_view kCalledTagPrefix = "called-";

}  // namespace trunkline::ng
