// SPDX-License-Identifier: MIT
#pragma once

// Catch2 of version 3 (Debian 13) under the names of version 2 (Debian 12), which the tests use.
// Only on the include path where version 3 is installed (tests/CMakeLists.txt).

#include <catch2/catch_all.hpp>

#include <string>

using Catch::Approx;

namespace Catch {

using Matchers::EndsWith;
using Matchers::StartsWith;
using TestEventListenerBase = EventListenerBase;

inline Matchers::StringContainsMatcher Contains(const std::string& part) {
  return Matchers::ContainsSubstring(part);
}

}  // namespace Catch
