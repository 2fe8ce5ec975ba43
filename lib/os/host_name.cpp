// SPDX-License-Identifier: MIT
#include "os/host_name.h"

#include <unistd.h>

#include <array>

namespace trunkline::os {

std::string host_name() {
  // The longest that Linux has is 64 (HOST_NAME_MAX).
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace trunkline::os
