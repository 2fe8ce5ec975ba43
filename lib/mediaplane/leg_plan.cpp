// SPDX-License-Identifier: MIT
#include "mediaplane/leg_plan.h"

#include <algorithm>
#include <array>

#include "sdp/facts.h"

namespace trunkline::mediaplane {
namespace {

/// PCMU, PCMA, CN
constexpr std::array<std::uint8_t, 3> kAlwaysKnown = {0, 8, 13};

const sdp::Media* line_of(const sdp::Session* session, std::size_t line) {
  if (session == nullptr || line >= session->media.size()) return nullptr;
  const sdp::Media& media = session->media[line];
  return media.is_refused() ? nullptr : &media;
}

std::optional<os::Address> address_of(const std::optional<sdp::Endpoint>& endpoint) {
  if (!endpoint) return std::nullopt;
  // A host name is not resolved: the source is learnt from its packets.
  const auto address = os::Address::parse_host(endpoint->address, endpoint->port);
  if (!address || address->is_any() || address->is_multicast()) return std::nullopt;
  return *address;
}

bool can_send(sdp::Direction direction) {
  return direction == sdp::Direction::sendrecv || direction == sdp::Direction::sendonly;
}

}  // namespace

media::StreamCodec stream_codec_of(const sdp::Codec& codec) {
  return {.name = codec.name,
          .clock_rate = codec.clock_rate,
          .channels = codec.channels,
          .parameters = codec.parameters};
}

std::vector<recording::PayloadCodec> payload_codecs_of(const sdp::Media* media) {
  std::vector<recording::PayloadCodec> codecs;
  const auto add = [&](const sdp::Codec& codec) {
    codecs.push_back({.payload_type = codec.payload_type, .codec = stream_codec_of(codec)});
  };
  const auto named = media == nullptr ? std::vector<sdp::Codec>() : sdp::codecs_of(*media);
  // Phones send comfort noise that they never named, and PCMU before the answer.
  for (const std::uint8_t number : kAlwaysKnown) {
    const auto has_number = [&](const sdp::Codec& codec) { return codec.payload_type == number; };
    if (std::none_of(named.begin(), named.end(), has_number)) add(*sdp::static_codec(number));
  }
  for (const sdp::Codec& codec : named) add(codec);
  return codecs;
}

LegPlan plan_leg(const sdp::Session* own, const sdp::Session* peer, std::size_t line,
                 const std::optional<os::Address>& signalling) {
  LegPlan plan;
  plan.rtp.signalling = signalling;
  plan.rtcp.signalling = signalling;
  const sdp::Media* const theirs = line_of(peer, line);
  plan.codecs = payload_codecs_of(theirs);
  for (const auto& codec : plan.codecs) {
    if (codec.payload_type < plan.signals.size() && codec.is_signal()) {
      plan.signals.set(codec.payload_type);
    }
  }
  const sdp::Media* const media = line_of(own, line);
  if (media == nullptr) {
    // Not heard of yet, so anything may come; but nobody is to be missed.
    plan.sends = false;
    plan.listens = false;
    return plan;
  }
  plan.rtp.announced = address_of(sdp::rtp_endpoint_of(*own, *media));
  plan.rtcp.announced = address_of(sdp::rtcp_endpoint_of(*own, *media));
  plan.listens = !sdp::is_hold(*own, *media);
  plan.sends = can_send(sdp::direction_of(*own, *media)) &&
               (theirs == nullptr || !sdp::is_hold(*peer, *theirs));
  const auto codecs = sdp::codecs_of(*media);
  if (!codecs.empty()) plan.clock_rate = codecs.front().clock_rate;
  return plan;
}

}  // namespace trunkline::mediaplane
