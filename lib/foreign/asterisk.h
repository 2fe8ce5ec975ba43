// SPDX-License-Identifier: MIT
#pragma once

// What Asterisk's records and its channel events have in common: the names of channels.

#include <string>
#include <string_view>

namespace trunkline::foreign {

/// 102 of PJSIP/102-0000000a; "" where it is no channel of a device.
std::string device_of_channel(std::string_view channel);

}  // namespace trunkline::foreign
