// SPDX-License-Identifier: MIT
#pragma once

// The IP addresses this host has now.

#include <string>
#include <vector>

#include "os/address.h"

namespace trunkline::os {

struct LocalAddress {
  std::string interface;  ///< "eth0"
  Address address;        ///< port 0
};

/// Of interfaces that are up, in the kernel's order. Throws core::Error.
std::vector<LocalAddress> local_addresses();
/// Whether a socket can be bound to the address here: one of ours, or 0.0.0.0 and ::.
bool is_local(const Address& address);

}  // namespace trunkline::os
