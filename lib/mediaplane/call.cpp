// SPDX-License-Identifier: MIT
#include "mediaplane/call.h"

#include "core/text.h"

namespace trunkline::mediaplane {
namespace {

const sdp::Session* description_of(const CallLeg& leg) {
  return leg.description ? &*leg.description : nullptr;
}

tl::unexpected<core::Fault> unsupported(std::string reason) {
  return core::fault(core::ExitCode::unavailable, std::move(reason));
}

}  // namespace

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
  const std::string& codec = call.agreement->answered.name;
  audio::Format format{.channels = kLegs};
  if (core::equals_ignoring_case(codec, "PCMU")) return format;
  format.codec = audio::Codec::alaw;
  if (core::equals_ignoring_case(codec, "PCMA")) return format;
  return unsupported("codec " + codec + " cannot be recorded, only G.711 (PCMU, PCMA)");
}

std::array<LegPlan, kLegs> plans_of(const Call& call, std::size_t line) {
  const CallLeg& caller = call.leg(Leg::caller);
  const CallLeg& called = call.leg(Leg::called);
  return {plan_leg(description_of(caller), description_of(called), line, caller.signalling),
          plan_leg(description_of(called), description_of(caller), line, called.signalling)};
}

}  // namespace trunkline::mediaplane
