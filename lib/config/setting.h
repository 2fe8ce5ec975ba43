// SPDX-License-Identifier: MIT
#pragma once

// The table of settings: one row says everything about a setting, and the loader, the help, the
// manual page trunkline.toml(5), the JSON Schema and the completions read it from there. A new
// setting is one row in settings.cpp.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace trunkline::config {

enum class Kind : std::uint8_t { text, integer, boolean, duration, size, list };

/// What a text, or each piece of a list, must look like.
enum class Form : std::uint8_t {
  any,
  choice,      ///< one of Setting::choices
  path,        ///< an absolute path; may be empty where the default is
  socket,      ///< the path of a Unix socket: absolute, at most 107 bytes
  address,     ///< an IPv4 or IPv6 address; may be empty where the default is
  network,     ///< "127.0.0.0/8", or a single address
  endpoint,    ///< "udp:HOST:PORT" or "tcp:HOST:PORT"; HOST an address, IPv6 in brackets
  listener,    ///< an endpoint, or "tls:HOST:PORT"
  commanded,   ///< an endpoint, or "unix:PATH" with a socket's path
  advertised,  ///< "NETWORK ADDRESS", of one family
  mailbox,     ///< "alice@example.org" or "Alice Example <alice@example.org>"
  web,         ///< "https://HOST/PATH", or http:
};

struct Setting {
  std::string_view key;  ///< "sip.max_calls": section, dot, name
  Kind kind = Kind::text;
  std::string_view fallback;  ///< the default as text; a list is separated by commas
  std::string_view help;      ///< one line, lower case, no full stop
  std::string_view used_by;   ///< the binaries that read it: "sipd recorderd"
  Form form = Form::any;
  std::string_view choices = {};  ///< separated by spaces
  /// Bounds, both allowed: of an integer itself, of a duration in ms, of a size in bytes, of a
  /// list the number of its items.
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool is_secret = false;      ///< may hold a password: shown without it
  bool is_reloadable = false;  ///< taken over by a reload; others need a restart
  std::string_view man = {};   ///< further sentences for the manual page
};

/// All rows, grouped by section.
std::span<const Setting> settings();
/// nullptr where there is no such key.
const Setting* find_setting(std::string_view key);
/// "sip.max_calls" -> "TRUNKLINE_SIP_MAX_CALLS".
std::string environment_name(std::string_view key);
/// "no setting is named 'sip.lisen'", with the nearest name as hint.
core::Fault unknown_setting(std::string_view key, core::ExitCode code);

/// "a duration from 1s to 1d", "one of: masked, full": what a value must be.
std::string describe_type(const Setting& setting);

}  // namespace trunkline::config
