// SPDX-License-Identifier: MIT
#pragma once

// Session descriptions (RFC 8866) that come from anybody. A Session keeps every line in the order
// it came, also those we do not know, so that text() gives back what parse() read apart from line
// endings (CRLF is written, LF alone is read). Facts about a session (codecs, direction, where
// media goes) are read from the lines on demand by the functions of facts.h; relay.h rewrites them.
//
// Bounds: 64 KiB, 32 media, 2048 lines, 64 formats a media line. Past them, and on lines that are
// no SDP, parse() returns a fault that names the line.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/strong.h"

namespace trunkline::sdp {

inline constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxMedia = 32;
inline constexpr std::size_t kMaxLines = 2048;
inline constexpr std::size_t kMaxFormats = 64;

/// One line, "a=ptime:20" is {'a', "ptime:20"}.
struct Line {
  char type = 'a';
  std::string value = {};

  bool operator==(const Line&) const = default;
};

/// The o= line (RFC 8866 section 5.2). Numbers stay text: some endpoints write more than 64 bits.
struct Origin {
  std::string username = "-";
  std::string session_id = "0";
  std::string session_version = "0";
  std::string network_type = "IN";
  std::string address_type = "IP4";
  std::string address = {};

  std::string text() const;
  bool operator==(const Origin&) const = default;
};

/// The value of a c= line (RFC 8866 section 5.7); a multicast suffix (/ttl/count) stays in
/// `address`.
struct Connection {
  std::string network_type = "IN";
  std::string address_type = "IP4";
  std::string address = {};

  std::string text() const;
  /// 0.0.0.0 or ::, the hold of RFC 2543.
  bool is_unspecified() const;
  bool operator==(const Connection&) const = default;
};

/// A connection for an IP address literal; IP6 where it holds a colon.
Connection connection_for(std::string_view address);

/// One m= line (RFC 8866 section 5.14) and what follows it up to the next.
struct Media {
  std::string type = {};                    ///< audio, video, image, application, ...
  core::Port port{};                        ///< 0: refused (RFC 3264 section 6)
  std::optional<unsigned> port_count = {};  ///< "m=video 49170/2"
  std::string protocol = {};                ///< RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVPF, udptl, ...
  std::vector<std::string> formats = {};    ///< payload types for RTP
  std::vector<Line> lines = {};             ///< without the m= line itself

  bool is_refused() const noexcept { return port.value() == 0; }
  /// Whether formats are RTP payload types.
  bool is_rtp() const;
  bool operator==(const Media&) const = default;
};

struct Session {
  std::vector<Line> lines = {};  ///< from v= up to the first m=
  std::vector<Media> media = {};

  [[nodiscard]] static core::Result<Session> parse(std::string_view text);
  /// Every line with CRLF.
  std::string text() const;

  /// Of a parsed session this is always there.
  Origin origin() const;
  void set_origin(const Origin& origin);

  bool operator==(const Session&) const = default;
};

/// The value of the first attribute of that name: "" for a property ("a=rtcp-mux"), "20" for
/// "a=ptime:20", nothing where there is none. Names are case-sensitive (RFC 8866 section 9).
std::optional<std::string_view> attribute(const std::vector<Line>& lines, std::string_view name);
/// The values of all attributes of that name, in order.
std::vector<std::string_view> attributes(const std::vector<Line>& lines, std::string_view name);
bool has_attribute(const std::vector<Line>& lines, std::string_view name);
void remove_attributes(std::vector<Line>& lines, std::string_view name);
/// Replaces the first attribute of that name where it stands, else appends it.
void set_attribute(std::vector<Line>& lines, std::string_view name, std::string_view value);

}  // namespace trunkline::sdp
