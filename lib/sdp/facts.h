// SPDX-License-Identifier: MIT
#pragma once

// What a session says, read from its lines: where media goes, in which direction, in which codecs,
// and what an offer and its answer agree on (RFC 3264). Malformed attributes are skipped as if they
// were not there: an endpoint's odd fmtp line must not cost the call.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdp/session.h"

namespace trunkline::sdp {

enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

std::string_view name_of(Direction direction);
std::optional<Direction> parse_direction(std::string_view text);
/// The same stream seen from the other side: sendonly becomes recvonly.
Direction reversed(Direction direction);
/// What we may answer to an offer when we want `wanted` (RFC 3264 section 6.1).
Direction answer_to(Direction offered, Direction wanted);

/// The media's own attribute, else the session's, else sendrecv (RFC 8866 section 6.7).
Direction direction_of(const Session& session, const Media& media);
/// Replaces the media's direction attribute.
void set_direction(Media& media, Direction direction);

/// The media's c= line, else the session's.
std::optional<Connection> connection_of(const Session& session, const Media& media);

struct Endpoint {
  std::string address = {};  ///< an IP literal or a host name, without multicast suffix
  core::Port port{};

  bool operator==(const Endpoint&) const = default;
};

/// Where the session's author wants RTP; nothing where media is refused or has no connection.
std::optional<Endpoint> rtp_endpoint_of(const Session& session, const Media& media);
/// Where it wants RTCP: a=rtcp (RFC 3605), the RTP port with rtcp-mux (RFC 5761), else port + 1.
std::optional<Endpoint> rtcp_endpoint_of(const Session& session, const Media& media);
bool has_rtcp_mux(const Media& media);

/// Whether the author put this media on hold: it will not listen (sendonly, inactive), or its
/// address is unspecified (RFC 3264 section 8.4).
bool is_hold(const Session& session, const Media& media);
/// Whether all media that are not refused are on hold, and there is one.
bool is_hold(const Session& session);

struct Codec {
  std::uint8_t payload_type = 0;
  std::string name = {};  ///< as written: "PCMU", "opus", "telephone-event"
  std::uint32_t clock_rate = 8000;
  unsigned channels = 1;
  std::string parameters = {};  ///< of its fmtp line

  /// The same coding whatever its number: name (any case), clock rate, channels.
  bool is_same_coding(const Codec& other) const;
  bool is_telephone_event() const;
  bool operator==(const Codec&) const = default;
};

/// RFC 3551 table 4 and 5; nothing for dynamic and unassigned numbers.
std::optional<Codec> static_codec(std::uint8_t payload_type);
/// The codecs of an RTP media line in its order: rtpmap, else the static assignment. A dynamic
/// number without rtpmap is left out.
std::vector<Codec> codecs_of(const Media& media);
/// a=ptime in milliseconds, 1 to 1000.
std::optional<unsigned> ptime_ms_of(const Media& media);

/// An answer must have as many media lines as its offer and of the same types (RFC 3264 section 6).
core::Result<void> check_answer(const Session& offer, const Session& answer);

/// What both sides of one media line speak.
struct Agreement {
  Codec offered;   ///< as the offerer numbered it: what the answerer sends
  Codec answered;  ///< as the answerer numbered it: what the offerer sends
};
/// The first real codec (no telephone-event, no comfort noise) of the answer that was offered.
std::optional<Agreement> agreed_codec(const Media& offer, const Media& answer);
/// The telephone-event of the agreed clock rate on both sides, where there is one.
std::optional<Agreement> agreed_telephone_event(const Media& offer, const Media& answer);

}  // namespace trunkline::sdp
