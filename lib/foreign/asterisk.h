// SPDX-License-Identifier: MIT
#pragma once

// What Asterisk's records and its channel events have in common: the names of channels, and what
// they tell of a call.

#include <string>
#include <string_view>

#include "foreign/call.h"

namespace trunkline::foreign {

/// 102 of PJSIP/102-0000000a; "" where it is no channel of a device.
std::string device_of_channel(std::string_view channel);
/// provider of PJSIP/provider-0000000a, i1 of DAHDI/i1/4930123456-2; "" where it can be none: a
/// Local channel, an analogue line (DAHDI/3-1), which has a number only.
std::string trunk_of_channel(std::string_view channel);

/// Direction, trunk and DID of a call with its numbers, by the channels of both sides, of which the
/// called's may be "". A phone named by its extension is the house's, whatever number it shows.
/// What cannot be told stays empty, and a call within the house has no trunk.
void tell_way(Call& call, std::string_view from_channel, std::string_view to_channel);

}  // namespace trunkline::foreign
