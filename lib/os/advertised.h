// SPDX-License-Identifier: MIT
#pragma once

// Which address of ours the hosts of a network are told to use, where a NAT or a second interface
// makes the local one wrong: "10.0.0.0/8 10.0.0.5". The longest prefix that holds the host decides.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/address.h"

namespace trunkline::os {

struct Advertised {
  Network network;
  Address address;  ///< of the network's family; its port is not looked at

  /// "NETWORK ADDRESS", of one family.
  static core::Result<Advertised> parse(std::string_view text);
  auto operator<=>(const Advertised&) const = default;
};

class AdvertisedAddresses {
 public:
  AdvertisedAddresses() = default;
  /// `everywhere` is for hosts that no row names; empty: none. Both may be of either family.
  AdvertisedAddresses(std::vector<Advertised> rows, std::optional<Address> everywhere);

  /// From settings: a list of "NETWORK ADDRESS" and one address that may be "". Throws core::Error.
  static AdvertisedAddresses of(const std::vector<std::string>& rows,
                                const std::string& everywhere);

  /// What `peer` is told; nothing where that is the local address. A host of this machine is told
  /// `everywhere` never, a row only where it names loopback.
  std::optional<Address> towards(const Address& peer) const;
  bool empty() const noexcept { return rows_.empty() && !everywhere_; }

 private:
  std::vector<Advertised> rows_;  ///< the longest prefix first
  std::optional<Address> everywhere_;
};

}  // namespace trunkline::os
