// SPDX-License-Identifier: MIT
#pragma once

// Where a message came from and where to send one, and SIP URIs (RFC 3261 19.1) as values. Nothing
// here touches a socket.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace trunkline::sip {

enum class Protocol : std::uint8_t { udp, tcp, tls };

/// "udp", "tcp", "tls".
std::string_view name_of(Protocol protocol);
std::optional<Protocol> parse_protocol(std::string_view text);

/// An IPv4 address (IPv6 without brackets) and a port.
struct Endpoint {
  std::string host = {};
  std::uint16_t port = 0;

  bool empty() const noexcept { return host.empty(); }
  /// "192.0.2.1:5060", "[2001:db8::1]:5060".
  std::string text() const;
  static core::Result<Endpoint> parse(std::string_view text);
  auto operator<=>(const Endpoint&) const = default;
};

/// A connection, or a UDP peer as seen through one of our sockets: the true addresses of the
/// packet, whatever its headers claim. Replaces Sofia's tport_t everywhere outside lib/sip: sending
/// to a flow uses the live connection, and opens one to `peer` where it is gone.
struct Flow {
  Protocol protocol = Protocol::udp;
  Endpoint peer = {};
  Endpoint local = {};  ///< our socket; an empty host lets the agent choose

  bool empty() const noexcept { return peer.empty(); }
  /// Names the flow in logs and maps: "udp:192.0.2.1:5060>127.0.0.1:5060".
  std::string id() const;
  /// Reads id() back.
  static core::Result<Flow> parse(std::string_view text);
  auto operator<=>(const Flow&) const = default;
};

/// One "sip.listen" entry: "udp:0.0.0.0:5060", "tls:127.0.0.1:0".
struct Listener {
  Protocol protocol = Protocol::udp;
  Endpoint address = {};

  std::string text() const;
  static core::Result<Listener> parse(std::string_view text);
  bool operator==(const Listener&) const = default;
};

/// A sip: or sips: URI. Any other scheme keeps everything after the colon in `opaque`.
struct Uri {
  std::string scheme = "sip";
  std::string user = {};     ///< without password, %-escapes undone
  std::string host = {};     ///< lower case; IPv6 with its brackets
  std::uint16_t port = 0;    ///< 0 where absent
  std::string params = {};   ///< "transport=tcp;lr", without the first semicolon
  std::string headers = {};  ///< after the question mark
  std::string opaque = {};

  bool empty() const noexcept { return host.empty() && opaque.empty(); }
  bool is_sip() const noexcept { return scheme == "sip" || scheme == "sips"; }
  /// The value of ;name=value; "" for a flag (";lr"); nothing where absent. Case-insensitive.
  std::optional<std::string> param(std::string_view name) const;
  std::string text() const;
  static core::Result<Uri> parse(std::string_view text);
  bool operator==(const Uri&) const = default;
};

/// The host of who does not say who they are (RFC 3323 4.1.1.3).
inline constexpr std::string_view kAnonymousHost = "anonymous.invalid";

/// Equality of RFC 3261 19.1.4 as far as bindings need it: scheme, user, host, port and the
/// parameters transport, user, method, maddr, ttl.
bool is_equivalent(const Uri& left, const Uri& right);

/// From, To: display name, URI, tag.
struct Party {
  std::string display_name = {};  ///< without quotes
  Uri uri = {};
  std::string tag = {};

  bool operator==(const Party&) const = default;
};

/// One Contact.
struct Contact {
  std::string display_name = {};
  Uri uri = {};
  std::optional<std::uint32_t> expires =
      {};                     ///< seconds; a value that cannot be read counts as absent
  std::string q = {};         ///< "0.5" as written, "" where absent
  std::string instance = {};  ///< +sip.instance without quotes
  std::string reg_id = {};

  bool operator==(const Contact&) const = default;
};

}  // namespace trunkline::sip
