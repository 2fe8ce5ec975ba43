// SPDX-License-Identifier: MIT
#pragma once

// What sipd asks the kernel to keep of each SIP socket over UDP, in either direction. The kernel
// grants no more than twice net.core.rmem_max (wmem_max): systemd/trunkline-sipd.sysctl raises
// both, `trunkline doctor` says where they are lower.

#include "core/strong.h"

namespace trunkline::sip {

inline constexpr core::ByteCount kUdpBuffer{4 << 20};

}  // namespace trunkline::sip
