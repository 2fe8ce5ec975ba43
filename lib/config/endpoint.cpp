// SPDX-License-Identifier: MIT
#include "config/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <limits>

#include "core/text.h"

namespace trunkline::config {
namespace {

bool is_address_of(int family, std::string_view text) {
  std::array<std::byte, 16> bytes{};
  // inet_pton would stop at a NUL and accept what is before it.
  return text.size() < INET6_ADDRSTRLEN && text.find('\0') == std::string_view::npos &&
         ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

tl::unexpected<core::Fault> not_an_endpoint(std::string_view text) {
  return core::fault(
      core::ExitCode::data,
      fmt::format("'{}' is not a transport, address and port", core::printable(text.substr(0, 64))),
      "write udp:192.0.2.1:5060, tcp:0.0.0.0:5060 or udp:[2001:db8::1]:5060");
}

}  // namespace

bool is_address(std::string_view text) {
  return is_address_of(AF_INET, text) || is_address_of(AF_INET6, text);
}

bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!is_address(address)) return false;
  if (slash == std::string_view::npos) return true;
  const auto prefix = core::parse_unsigned(text.substr(slash + 1));
  return prefix && *prefix <= (is_address_of(AF_INET, address) ? 32U : 128U);
}

bool is_advertised(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view network = text.substr(0, space);
  const std::string_view address = core::trim(text.substr(space));
  const bool is_ipv4 = network.find(':') == std::string_view::npos;
  return is_network(network) && is_address_of(is_ipv4 ? AF_INET : AF_INET6, address);
}

core::Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto first = text.find(':');
  const auto last = text.rfind(':');
  if (first == std::string_view::npos || first == last) return not_an_endpoint(text);
  Endpoint endpoint;
  const std::string_view transport = text.substr(0, first);
  if (transport != "udp" && transport != "tcp") return not_an_endpoint(text);
  endpoint.transport = transport == "udp" ? Transport::udp : Transport::tcp;

  std::string_view host = text.substr(first + 1, last - first - 1);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (!is_address_of(is_bracketed ? AF_INET6 : AF_INET, host)) return not_an_endpoint(text);
  endpoint.host = host;

  const auto port = core::parse_unsigned(text.substr(last + 1));
  if (!port || *port > std::numeric_limits<std::uint16_t>::max()) return not_an_endpoint(text);
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

std::string to_text(const Endpoint& endpoint) {
  const std::string_view transport = endpoint.transport == Transport::udp ? "udp" : "tcp";
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("{}:[{}]:{}", transport, endpoint.host, endpoint.port)
                 : fmt::format("{}:{}:{}", transport, endpoint.host, endpoint.port);
}

}  // namespace trunkline::config
