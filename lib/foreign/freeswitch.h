// SPDX-License-Identifier: MIT
#pragma once

// What FreeSWITCH's JSON and XML have in common: the variables of the channel, and the caller
// profile.

#include <functional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "foreign/call.h"

namespace trunkline::foreign {

struct FreeswitchCall {
  /// A channel variable, "" where it is not there. Values may be encoded as in a URL.
  std::function<std::string(std::string_view name)> variable;
  /// The same of the newest caller profile, as it is.
  std::function<std::string(std::string_view name)> profile;
  /// And of the first, which the call came with, before it was transferred.
  std::function<std::string(std::string_view name)> first_profile;
};

[[nodiscard]] core::Result<Call> freeswitch_call(const FreeswitchCall& from);

/// "%20" and the like as the bytes they are; what is no such form stays (RFC 3986 2.1).
std::string percent_decoded(std::string_view text);

}  // namespace trunkline::foreign
