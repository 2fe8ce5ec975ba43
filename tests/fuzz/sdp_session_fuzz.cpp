// SPDX-License-Identifier: MIT

// Any body: parse, read every fact, rewrite for a relay; what was written must be read back the
// same.

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "fuzz/target.h"
#include "sdp/facts.h"
#include "sdp/relay.h"
#include "sdp/session.h"

FUZZ_TARGET(sdp_session) {
  using namespace trunkline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto session = sdp::Session::parse(text);
  if (!session) return 0;
  const auto again = sdp::Session::parse(session->text());
  // CRLF for LF may push a text over the limit.
  if (again ? *again != *session : session->text().size() <= sdp::kMaxBytes) std::abort();

  for (const auto& media : session->media) {
    (void)sdp::rtp_endpoint_of(*session, media);
    (void)sdp::rtcp_endpoint_of(*session, media);
    (void)sdp::is_hold(*session, media);
    (void)sdp::codecs_of(media);
    (void)sdp::ptime_ms_of(media);
    (void)sdp::agreed_telephone_event(media, session->media.front());
  }
  const std::vector<sdp::RelayPorts> ports(
      session->media.size(), sdp::RelayPorts{.rtp = core::Port(10000), .rtcp = core::Port(10001)});
  sdp::point_at_relay(*session, "203.0.113.7", ports, {.replaces_origin = true});
  for (const auto& media : session->media) {
    if (!media.is_refused() && media.port != core::Port(10000)) std::abort();
  }
  return 0;
}
