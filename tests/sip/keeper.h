// SPDX-License-Identifier: MIT
#pragma once

// A doorkeeper that does as it is told, and remembers whom it was asked about.

#include <vector>

#include "sip/doorkeeper.h"

namespace trunkline::sip_test {

class Keeper final : public sip::Doorkeeper {
 public:
  bool admits(const os::Address& from) noexcept override {
    asked.push_back(from);
    return is_open;
  }
  void malformed(const os::Address& from) noexcept override { broken.push_back(from); }

  bool is_open = true;
  std::vector<os::Address> asked;
  std::vector<os::Address> broken;
};

}  // namespace trunkline::sip_test
