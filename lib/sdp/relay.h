// SPDX-License-Identifier: MIT
#pragma once

// Rewrites a session so that media goes through a relay: connection, ports, a=rtcp, and the origin
// if wanted. Everything else stays as its author wrote it.

#include <span>
#include <string>
#include <string_view>

#include "sdp/session.h"

namespace trunkline::sdp {

/// The relay's ports for one media line.
struct RelayPorts {
  core::Port rtp{};
  core::Port rtcp{};  ///< told by a=rtcp; equal to `rtp`: no a=rtcp is written

  bool operator==(const RelayPorts&) const = default;
};

struct RelayOptions {
  bool replaces_origin = false;  ///< put the relay's address into o= too
  bool offers_rtcp_mux = false;  ///< write a=rtcp-mux, else it is removed
};

/// Makes `session` point at the relay; one entry of `ports` a media line, in order (asserted).
/// Refused media keep port 0. An unspecified connection (hold of RFC 2543) stays unspecified. ICE
/// attributes and bundles are removed: they name addresses and ports the relay is not at.
void point_at_relay(Session& session, std::string_view address, std::span<const RelayPorts> ports,
                    const RelayOptions& options = {});

/// Refuses a media line: port 0, its formats kept, its attributes dropped (RFC 3264 section 6).
void refuse(Media& media);

}  // namespace trunkline::sdp
