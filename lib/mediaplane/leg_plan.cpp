// SPDX-License-Identifier: MIT
#include "mediaplane/leg_plan.h"

#include "core/text.h"
#include "sdp/facts.h"

namespace trunkline::mediaplane {
namespace {

constexpr std::uint8_t kPcmu = 0;
constexpr std::uint8_t kPcma = 8;
constexpr std::uint8_t kComfortNoise = 13;

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

Coding coding_of(const sdp::Codec& codec) {
  if (codec.is_telephone_event() || core::equals_ignoring_case(codec.name, "CN")) {
    return Coding::signal;
  }
  if (codec.clock_rate != 8000 || codec.channels != 1) return Coding::unknown;
  if (core::equals_ignoring_case(codec.name, "PCMU")) return Coding::mulaw;
  if (core::equals_ignoring_case(codec.name, "PCMA")) return Coding::alaw;
  return Coding::unknown;
}

bool can_send(sdp::Direction direction) {
  return direction == sdp::Direction::sendrecv || direction == sdp::Direction::sendonly;
}

}  // namespace

std::array<Coding, 128> codings_of(const sdp::Media* media) {
  std::array<Coding, 128> codings{};
  codings[kPcmu] = Coding::mulaw;
  codings[kPcma] = Coding::alaw;
  codings[kComfortNoise] = Coding::signal;
  if (media == nullptr) return codings;
  for (const sdp::Codec& codec : sdp::codecs_of(*media)) {
    if (codec.payload_type < codings.size()) codings[codec.payload_type] = coding_of(codec);
  }
  return codings;
}

LegPlan plan_leg(const sdp::Session* own, const sdp::Session* peer, std::size_t line,
                 const std::optional<os::Address>& signalling) {
  LegPlan plan;
  plan.rtp.signalling = signalling;
  plan.rtcp.signalling = signalling;
  const sdp::Media* const theirs = line_of(peer, line);
  plan.codings = codings_of(theirs);
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
