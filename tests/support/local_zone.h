// SPDX-License-Identifier: MIT
#pragma once

// The time zone of this process, for as long as the object lives.

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace trunkline::test {

class LocalZone {
 public:
  explicit LocalZone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~LocalZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace trunkline::test
