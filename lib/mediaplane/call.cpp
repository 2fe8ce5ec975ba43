// SPDX-License-Identifier: MIT
#include "mediaplane/call.h"

#include "recording/recorder.h"

namespace trunkline::mediaplane {
namespace {

const sdp::Session* description_of(const CallLeg& leg) {
  return leg.description ? &*leg.description : nullptr;
}

std::optional<os::Family> described_family(const sdp::Session& session) {
  for (const sdp::Media& media : session.media) {
    const auto endpoint = sdp::rtp_endpoint_of(session, media);
    if (!endpoint) continue;
    if (const auto address = os::Address::parse_host(endpoint->address)) return address->family();
  }
  return std::nullopt;
}

std::optional<os::Family> known_family(const CallLeg& leg) {
  if (leg.description) {
    if (const auto family = described_family(*leg.description)) return family;
  }
  if (leg.asked_family) return leg.asked_family;
  if (leg.signalling) return leg.signalling->family();
  return std::nullopt;
}

tl::unexpected<core::Fault> unsupported(std::string reason) {
  return core::fault(core::ExitCode::unavailable, std::move(reason));
}

}  // namespace

os::Family family_of(const Call& call, Leg leg) {
  if (const auto family = known_family(call.leg(leg))) return *family;
  return known_family(call.leg(other(leg))).value_or(os::Family::ipv4);
}

std::optional<std::size_t> audio_line_of(const sdp::Session& session) {
  for (std::size_t i = 0; i < session.media.size(); ++i) {
    if (session.media[i].type == "audio" && !session.media[i].is_refused()) return i;
  }
  return std::nullopt;
}

core::Result<audio::Format> recording_format_of(const Call& call) {
  const auto& called = call.leg(Leg::called).description;
  const auto line = called ? audio_line_of(*called) : std::nullopt;
  if (!line) return unsupported("the call has no audio");
  const std::string& protocol = called->media[*line].protocol;
  if (protocol.find("SAVP") != std::string::npos) {
    return unsupported("encrypted media (" + protocol + ") cannot be recorded");
  }
  if (!call.agreement) return unsupported("the two parties agreed on no codec");
  const sdp::Codec& codec = call.agreement->answered;
  if (const auto format = recording::format_for(stream_codec_of(codec))) return *format;
  return unsupported("codec " + codec.name + " cannot be recorded");
}

std::array<LegPlan, kLegs> plans_of(const Call& call, std::size_t line) {
  const CallLeg& caller = call.leg(Leg::caller);
  const CallLeg& called = call.leg(Leg::called);
  return {plan_leg(description_of(caller), description_of(called), line, caller.signalling),
          plan_leg(description_of(called), description_of(caller), line, called.signalling)};
}

}  // namespace trunkline::mediaplane
