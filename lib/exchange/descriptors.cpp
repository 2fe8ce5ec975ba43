// SPDX-License-Identifier: MIT
#include "exchange/descriptors.h"

#include <filesystem>
#include <iterator>
#include <system_error>

namespace trunkline::exchange {

std::size_t open_descriptors() {
  std::error_code failure;
  std::filesystem::directory_iterator open("/proc/self/fd", failure);
  if (failure) return 0;
  // Listing them takes one itself.
  const auto count = std::distance(begin(open), end(open));
  return count > 0 ? static_cast<std::size_t>(count - 1) : 0;
}

}  // namespace trunkline::exchange
