// SPDX-License-Identifier: MIT
#include "os/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>

#include "core/cptr.h"
#include "os/system_fault.h"

namespace trunkline::os {

std::vector<LocalAddress> local_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) throw system_error("list the network interfaces", errno);
  const core::CPtr<ifaddrs, ::freeifaddrs> owner(first);
  std::vector<LocalAddress> found;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    const bool is_ipv6 = entry->ifa_addr->sa_family == AF_INET6;
    const socklen_t length = is_ipv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (const auto address = Address::from_raw(*entry->ifa_addr, length))
      found.push_back({entry->ifa_name, *address});
  }
  return found;
}

bool is_local(const Address& address) {
  if (address.is_any()) return true;
  // The whole of 127.0.0.0/8 is ours although only 127.0.0.1 is listed.
  if (address.is_loopback() && address.family() == Family::ipv4) return true;
  const auto addresses = local_addresses();
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const LocalAddress& local) { return local.address.has_host_of(address); });
}

}  // namespace trunkline::os
