// SPDX-License-Identifier: MIT

// Two descriptions of strangers, parted by a zero byte, become the plans of a call's legs and are
// pointed at the relay.

#include <cassert>
#include <cstdint>
#include <string_view>

#include "fuzz/target.h"
#include "mediaplane/call.h"
#include "sdp/relay.h"

namespace mediaplane = trunkline::mediaplane;
namespace sdp = trunkline::sdp;

FUZZ_TARGET(mediaplane_leg_plan) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t part = text.find('\0');
  auto offer = sdp::Session::parse(text.substr(0, part));
  if (!offer) return 0;
  auto answer = part == text.npos ? offer : sdp::Session::parse(text.substr(part + 1));
  mediaplane::Call call;
  call.leg(mediaplane::Leg::caller).description = *offer;
  if (answer) call.leg(mediaplane::Leg::called).description = *answer;
  for (std::size_t line = 0; line <= offer->media.size(); ++line) {
    for (const mediaplane::LegPlan& plan : mediaplane::plans_of(call, line)) {
      assert(!plan.rtp.announced || !plan.rtp.announced->is_any());
    }
  }
  const auto line = mediaplane::audio_line_of(*offer);
  if (answer && line && *line < answer->media.size()) {
    call.agreement = sdp::agreed_codec(offer->media[*line], answer->media[*line]);
  }
  (void)mediaplane::recording_format_of(call);  // only its safety is looked at
  const std::vector<sdp::RelayPorts> ports(
      offer->media.size(), {trunkline::core::Port(10000), trunkline::core::Port(10001)});
  sdp::point_at_relay(*offer, "127.0.0.1", ports);
  return 0;
}
