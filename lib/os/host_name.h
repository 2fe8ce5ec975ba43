// SPDX-License-Identifier: MIT
#pragma once

// How this machine calls itself.

#include <string>

namespace trunkline::os {

/// The name as gethostname(2) gives it; "localhost" where it gives none.
std::string host_name();

}  // namespace trunkline::os
