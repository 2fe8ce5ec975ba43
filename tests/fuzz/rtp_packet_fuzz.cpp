// SPDX-License-Identifier: MIT

// Any datagram on a media port, taken as RTP, RTCP and telephone-event: reads stay inside.

#include <array>
#include <cstdint>
#include <cstdlib>

#include "fuzz/target.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/source.h"
#include "rtp/telephone_event.h"

namespace {

using namespace trunkline;

void read_packet(core::ByteView bytes) {
  const auto packet = rtp::Packet::parse(bytes);
  if (!packet) return;
  std::size_t inside = rtp::kHeaderBytes + 4 * packet->csrc_count() + packet->payload().size() +
                       packet->padding_bytes();
  for (std::size_t i = 0; i < packet->csrc_count(); ++i) (void)packet->csrc(i);
  if (const auto extension = packet->extension()) inside += 4 + extension->data.size();
  if (inside != bytes.size()) std::abort();

  rtp::EventReader events;
  (void)events.on_packet(packet->timestamp(), packet->payload());
  rtp::SourceStatistics source;
  (void)source.on_packet(packet->sequence_number(), packet->timestamp(), core::SteadyTime{});
}

void read_compound(core::ByteView bytes) {
  const auto compound = rtp::parse_compound(bytes);
  if (!compound) return;
  std::array<rtp::Ssrc, 31> sources;
  for (const auto& packet : *compound) {
    (void)rtp::sender_info(packet);
    (void)rtp::canonical_name(packet);
    (void)rtp::bye_sources(packet, sources);
    for (std::size_t i = 0; i < rtp::report_count(packet); ++i) (void)rtp::report_block(packet, i);
  }
}

}  // namespace

FUZZ_TARGET(rtp_packet) {
  const core::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  (void)rtp::kind_of(bytes);
  read_packet(bytes);
  read_compound(bytes);
  return 0;
}
