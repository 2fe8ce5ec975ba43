// SPDX-License-Identifier: MIT
#include "sip/address.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "sip/sofia.h"

namespace trunkline::sip {

namespace {

using core::ExitCode;
using core::fault;

std::string text_or_empty(const char* text) {
  return text != nullptr ? text : "";
}

// RFC 3261 25.1: what a user part may hold without escaping.
constexpr std::string_view kUserExtras = "-_.!~*'()&=+$,;?/";

void append_escaped_user(std::string& out, std::string_view user) {
  for (const char c : user) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || kUserExtras.find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// Text that is put into a header must not leave its line.
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::udp:
      return "udp";
    case Protocol::tcp:
      return "tcp";
    case Protocol::tls:
      return "tls";
  }
  return "udp";
}

std::optional<Protocol> parse_protocol(std::string_view text) {
  if (core::equals_ignoring_case(text, "udp")) return Protocol::udp;
  if (core::equals_ignoring_case(text, "tcp")) return Protocol::tcp;
  if (core::equals_ignoring_case(text, "tls")) return Protocol::tls;
  return std::nullopt;
}

std::string Endpoint::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const fmt::format_int digits(port);
  std::string out;
  constexpr std::size_t kRest = 8;
  out.reserve(host.size() + kRest);
  out.append(is_ipv6 ? "[" : "").append(host).append(is_ipv6 ? "]:" : ":");
  return out.append(digits.data(), digits.size());
}

core::Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return fault(ExitCode::data, fmt::format("cannot read address '{}': no port", text),
                 "write it as 192.0.2.1:5060");
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = core::parse_unsigned(text.substr(colon + 1));
  if (host.empty() || !port || *port > 65535) {
    return fault(ExitCode::data, fmt::format("cannot read address '{}'", text),
                 "write it as 192.0.2.1:5060");
  }
  return Endpoint{.host = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

std::string Flow::id() const {
  std::string out(name_of(protocol));
  return out.append(":").append(peer.text()).append(">").append(local.text());
}

core::Result<Flow> Flow::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto arrow = text.find('>');
  const auto protocol = parse_protocol(text.substr(0, colon));
  if (colon == std::string_view::npos || arrow == std::string_view::npos || arrow < colon ||
      !protocol) {
    return fault(ExitCode::data, fmt::format("cannot read flow '{}'", text));
  }
  Flow flow{.protocol = *protocol, .peer = {}, .local = {}};
  auto peer = Endpoint::parse(text.substr(colon + 1, arrow - colon - 1));
  if (!peer) return tl::unexpected(peer.error());
  flow.peer = *peer;
  const std::string_view local_text = text.substr(arrow + 1);
  if (local_text != ":0") {
    auto local = Endpoint::parse(local_text);
    if (!local) return tl::unexpected(local.error());
    flow.local = *local;
  }
  return flow;
}

std::string Listener::text() const {
  return fmt::format("{}:{}", name_of(protocol), address.text());
}

core::Result<Listener> Listener::parse(std::string_view text) {
  const auto colon = text.find(':');
  const auto protocol = parse_protocol(text.substr(0, colon));
  if (colon == std::string_view::npos || !protocol) {
    return fault(ExitCode::config, fmt::format("cannot listen on '{}': unknown protocol", text),
                 "write it as udp:0.0.0.0:5060 or tcp:0.0.0.0:5060");
  }
  auto address = Endpoint::parse(text.substr(colon + 1));
  if (!address) {
    return fault(ExitCode::config, fmt::format("cannot listen on '{}': not an address", text),
                 "write it as udp:0.0.0.0:5060 or tcp:0.0.0.0:5060");
  }
  return Listener{.protocol = *protocol, .address = *address};
}

std::optional<std::string> Uri::param(std::string_view name) const {
  for (const std::string_view piece : core::split(params, ';')) {
    const auto equals = piece.find('=');
    if (!core::equals_ignoring_case(piece.substr(0, equals), name)) continue;
    return equals == std::string_view::npos ? "" : std::string(piece.substr(equals + 1));
  }
  return std::nullopt;
}

std::string Uri::text() const {
  if (!opaque.empty()) return scheme + ":" + opaque;
  constexpr std::size_t kRest = 10;
  std::string out;
  out.reserve(scheme.size() + user.size() + host.size() + params.size() + headers.size() + kRest);
  out.append(scheme).append(":");
  if (!user.empty()) {
    append_escaped_user(out, user);
    out += '@';
  }
  out += host;
  if (port != 0) {
    const fmt::format_int digits(port);
    out.append(":").append(digits.data(), digits.size());
  }
  if (!params.empty()) out.append(";").append(params);
  if (!headers.empty()) out.append("?").append(headers);
  return out;
}

core::Result<Uri> Uri::parse(std::string_view text) {
  if (text.empty() || text.size() > 4096 || has_control(text)) {
    return fault(ExitCode::data, "cannot read a URI: empty, too long or with control characters");
  }
  const HomeRef home = make_home();
  const std::string copy(text);
  const url_t* url = url_make(home.get(), copy.c_str());
  if (url == nullptr || url->url_type == url_invalid || url->url_scheme == nullptr) {
    return fault(ExitCode::data, fmt::format("cannot read URI '{}'", core::printable(text)));
  }
  return from_sofia(*url);
}

Uri from_sofia(const url_t& url) {
  Uri uri;
  uri.scheme = core::to_lower(text_or_empty(url.url_scheme));
  if (url.url_type != url_sip && url.url_type != url_sips) {
    const HomeRef home = make_home();
    const char* whole = url_as_string(home.get(), &url);
    const std::string all = text_or_empty(whole);
    const auto colon = all.find(':');
    uri.opaque = colon == std::string::npos ? all : all.substr(colon + 1);
    return uri;
  }
  uri.user = unescaped(text_or_empty(url.url_user));
  uri.host = core::to_lower(text_or_empty(url.url_host));
  if (url.url_port != nullptr) {
    const auto port = core::parse_unsigned(url.url_port);
    if (port && *port <= 65535) uri.port = static_cast<std::uint16_t>(*port);
  }
  uri.params = text_or_empty(url.url_params);
  uri.headers = text_or_empty(url.url_headers);
  return uri;
}

bool is_equivalent(const Uri& left, const Uri& right) {
  if (left.scheme != right.scheme || left.user != right.user || left.host != right.host ||
      left.port != right.port || left.opaque != right.opaque) {
    return false;
  }
  // RFC 3261 19.1.4: these must match even where only one side has them.
  for (const std::string_view name : {"transport", "user", "method", "maddr", "ttl"}) {
    const auto mine = left.param(name);
    const auto theirs = right.param(name);
    if (mine.has_value() != theirs.has_value()) return false;
    if (mine && !core::equals_ignoring_case(*mine, *theirs)) return false;
  }
  return true;
}

}  // namespace trunkline::sip
