// SPDX-License-Identifier: MIT
#include "ng/endpoint.h"

#include "core/text.h"

namespace trunkline::ng {
namespace {

constexpr std::string_view kUnix = "unix:";

}  // namespace

core::Result<Endpoint> Endpoint::parse(std::string_view text) {
  if (text.starts_with(kUnix)) {
    const std::string_view path = text.substr(kUnix.size());
    if (!path.starts_with('/')) {
      return core::fault(
          core::ExitCode::data,
          "'" + core::printable(text.substr(0, 64)) + "' does not name a Unix socket",
          "write an absolute path: unix:/run/trunkline/recorderd/ng");
    }
    return Endpoint{.transport = Transport::unix_datagram, .path = std::string(path)};
  }
  const auto endpoint = os::Endpoint::parse(text);
  if (!endpoint) return tl::unexpected(endpoint.error());
  const bool is_udp = endpoint->transport == os::Transport::udp;
  return Endpoint{.transport = is_udp ? Transport::udp : Transport::tcp,
                  .address = endpoint->address};
}

std::string Endpoint::text() const {
  switch (transport) {
    case Transport::udp:
      return "udp:" + address.text();
    case Transport::tcp:
      return "tcp:" + address.text();
    case Transport::unix_datagram:
      break;
  }
  return std::string(kUnix) + path;
}

}  // namespace trunkline::ng
