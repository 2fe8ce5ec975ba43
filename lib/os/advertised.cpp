// SPDX-License-Identifier: MIT
#include "os/advertised.h"

#include <algorithm>

#include "core/text.h"

namespace trunkline::os {

core::Result<Advertised> Advertised::parse(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return core::fault(
        core::ExitCode::config,
        "cannot read '" + core::printable(text.substr(0, 80)) + "': " + std::string(why),
        "write a network and an address: 10.0.0.0/8 10.0.0.5");
  };
  const std::string_view trimmed = core::trim(text);
  const auto space = trimmed.find(' ');
  if (space == std::string_view::npos) return refused("no address behind the network");
  const auto network = Network::parse(trimmed.substr(0, space));
  if (!network) return refused("it begins with no network");
  const auto address = Address::parse_host(core::trim(trimmed.substr(space)));
  if (!address || address->is_any()) return refused("it ends with no address");
  if (address->family() != network->family()) return refused("network and address differ in kind");
  return Advertised{.network = *network, .address = *address};
}

AdvertisedAddresses::AdvertisedAddresses(std::vector<Advertised> rows,
                                         std::optional<Address> everywhere)
    : rows_(std::move(rows)), everywhere_(everywhere) {
  std::stable_sort(rows_.begin(), rows_.end(), [](const Advertised& left, const Advertised& right) {
    return left.network.prefix_bits() > right.network.prefix_bits();
  });
}

AdvertisedAddresses AdvertisedAddresses::of(const std::vector<std::string>& rows,
                                            const std::string& everywhere) {
  std::vector<Advertised> parsed;
  parsed.reserve(rows.size());
  for (const std::string& row : rows) {
    parsed.push_back(core::value_or_throw(Advertised::parse(row)));
  }
  std::optional<Address> address;
  if (!everywhere.empty()) address = core::value_or_throw(Address::parse_host(everywhere));
  return {std::move(parsed), address};
}

std::optional<Address> AdvertisedAddresses::towards(const Address& peer) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Advertised& row) {
    return row.network.contains(peer);
  });
  if (found != rows_.end()) return found->address;
  if (peer.is_loopback() || !everywhere_ || everywhere_->family() != peer.family()) {
    return std::nullopt;
  }
  return everywhere_;
}

}  // namespace trunkline::os
