// SPDX-License-Identifier: MIT
#pragma once

// Work that gives way to everything else on the host.

namespace trunkline::os {

/// This process takes the processor and the disk only when nobody else does (nice 19, the idle
/// class of ioprio_set(2)). Where the system does not allow it, it goes on as it was.
void give_way() noexcept;

}  // namespace trunkline::os
