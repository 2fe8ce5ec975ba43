// SPDX-License-Identifier: MIT
#include "mediaplane/call.h"

#include <catch2/catch.hpp>
#include <string>

#include "mediaplane/sdp_session.h"

namespace trunkline::mediaplane {
namespace {

Call call_of(const std::string& offer, const std::string& answer) {
  Call call;
  call.leg(Leg::caller).description = session(offer);
  call.leg(Leg::called).description = session(answer);
  const auto line = audio_line_of(*call.leg(Leg::called).description);
  if (line) {
    call.agreement = sdp::agreed_codec(call.leg(Leg::caller).description->media[*line],
                                       call.leg(Leg::called).description->media[*line]);
  }
  return call;
}

}  // namespace

TEST_CASE("call: what is agreed on first decides the recording's format", "[call]") {
  struct Case {
    const char* offer;
    const char* answer;
    const char* expected;
  };
  const Case cases[] = {
      {"m=audio 4000 RTP/AVP 0 8\r\n", "m=audio 5000 RTP/AVP 0\r\n", "mulaw at 8000 Hz"},
      {"m=audio 4000 RTP/AVP 0 8\r\n", "m=audio 5000 RTP/AVP 8 0\r\n", "alaw at 8000 Hz"},
      {"m=audio 4000 RTP/AVP 101 0\r\na=rtpmap:101 telephone-event/8000\r\n",
       "m=audio 5000 RTP/AVP 101 0\r\na=rtpmap:101 telephone-event/8000\r\n", "mulaw at 8000 Hz"},
      {"m=audio 4000 RTP/AVP 9 0\r\n", "m=audio 5000 RTP/AVP 9 0\r\n", "s16le at 16000 Hz"},
      {"m=audio 4000 RTP/AVP 18 0\r\n", "m=audio 5000 RTP/AVP 18\r\n", "s16le at 8000 Hz"},
      {"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n",
       "m=audio 5000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n", "s16le at 16000 Hz"},
      {"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 EVRC/8000\r\n",
       "m=audio 5000 RTP/AVP 96\r\na=rtpmap:96 EVRC/8000\r\n", "codec EVRC cannot be recorded"},
      {"m=audio 4000 RTP/SAVP 0\r\n", "m=audio 5000 RTP/SAVP 0\r\n",
       "encrypted media (RTP/SAVP) cannot be recorded"},
      {"m=audio 4000 RTP/AVP 0\r\n", "m=audio 0 RTP/AVP 0\r\n", "the call has no audio"},
      {"m=audio 4000 RTP/AVP 0\r\n", "m=audio 5000 RTP/AVP 8\r\n",
       "the two parties agreed on no codec"},
      {"m=video 4000 RTP/AVP 34\r\nm=audio 4002 RTP/AVP 8\r\n",
       "m=video 0 RTP/AVP 34\r\nm=audio 5002 RTP/AVP 8\r\n", "alaw at 8000 Hz"},
  };
  for (const Case& row : cases) {
    CAPTURE(row.offer, row.answer);
    const auto format = recording_format_of(call_of(row.offer, row.answer));
    CHECK((format ? std::string(audio::name_of(format->codec)) + " at " +
                        std::to_string(format->sample_rate) + " Hz"
                  : format.error().message) == row.expected);
  }
}

TEST_CASE("call: a tag that is not the caller's is the called's", "[call]") {
  Call call;
  call.leg(Leg::caller).tag = "a";
  CHECK(call.leg_of("a") == Leg::caller);
  CHECK(call.leg_of("b") == Leg::called);
}

}  // namespace trunkline::mediaplane
