// SPDX-License-Identifier: MIT
#pragma once

// Ports for programs that must be told a number. They lie below the range the kernel takes from for
// port 0, so that nobody is given them by accident between our look and the program's bind.

#include <cstdint>

#include "core/strong.h"

namespace trunkline::test {

/// The first of `count` ports in a row that nobody has on loopback, over UDP or TCP, and that this
/// process has not handed out before.
core::Port free_ports(std::uint16_t count = 1);
/// Of ports that free_ports() handed out: nobody uses them any more.
void give_back_ports(core::Port first, std::uint16_t count = 1);

inline core::Port operator+(core::Port port, std::uint16_t offset) {
  return core::Port(static_cast<std::uint16_t>(port.value() + offset));
}

}  // namespace trunkline::test
