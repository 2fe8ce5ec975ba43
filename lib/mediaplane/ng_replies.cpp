// SPDX-License-Identifier: MIT
#include "mediaplane/ng_replies.h"

#include <algorithm>
#include <cmath>

#include "rtp/quality.h"

namespace trunkline::mediaplane {
namespace {

using ng::Dictionary;
using ng::List;
using ng::Value;

Value number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::int64_t seconds_of(core::Time time) {
  return std::chrono::duration_cast<core::Seconds>(time.time_since_epoch()).count();
}

Dictionary endpoint(const os::Address& address) {
  return {{"family", address.family() == os::Family::ipv4 ? "IPv4" : "IPv6"},
          {"address", address.host()},
          {"port", std::int64_t{address.port().value()}}};
}

Dictionary stats(std::uint64_t packets, std::uint64_t bytes, std::uint64_t errors) {
  return {{"packets", number(packets)}, {"bytes", number(bytes)}, {"errors", number(errors)}};
}

Dictionary rtp_stream(const LegEnds& ends, const LegCounters& counters, core::Time now) {
  Dictionary stream{
      {"local port", std::int64_t{ends.local.value()}},
      {"flags", ends.source ? List{"RTP", "filled", "confirmed"} : List{"RTP", "filled"}},
      {"stats", stats(counters.packets_received, counters.bytes_received,
                      counters.packets_refused + counters.packets_malformed)}};
  if (const auto& peer = ends.source ? ends.source : ends.announced) {
    stream.set("endpoint", endpoint(*peer));
  }
  if (ends.announced) stream.set("advertised endpoint", endpoint(*ends.announced));
  if (ends.silent_for) stream.set("last packet", seconds_of(now) - ends.silent_for->count());
  if (counters.ssrc) stream.set("SSRC", std::int64_t{*counters.ssrc});
  return stream;
}

Dictionary rtcp_stream(const LegEnds& ends, const LegCounters& counters) {
  return {{"local port", std::int64_t{ends.local.value()} + 1},
          {"flags", List{"RTCP", "filled"}},
          {"stats", stats(counters.rtcp_received, 0, 0)}};
}

Dictionary tag_dictionary(const Call& call, Leg leg, const SessionCounters& counters,
                          core::Time now) {
  const CallLeg& own = call.leg(leg);
  List medias;
  for (std::size_t i = 0; i < counters.size() && own.description; ++i) {
    if (i >= own.description->media.size()) break;
    const sdp::Media& media = own.description->media[i];
    const LegEnds& ends = counters[i].ends[index_of(leg)];
    const LegCounters& counts = counters[i].legs[index_of(leg)];
    List streams;
    streams.emplace_back(rtp_stream(ends, counts, now));
    streams.emplace_back(rtcp_stream(ends, counts));
    medias.emplace_back(Dictionary{{"index", static_cast<std::int64_t>(i + 1)},
                                   {"type", media.type},
                                   {"protocol", media.protocol},
                                   {"flags", List{"initialized", "send", "recv"}},
                                   {"streams", std::move(streams)}});
  }
  const std::string& peer = call.leg(other(leg)).tag;
  Dictionary tag{
      {"tag", own.tag}, {"created", seconds_of(own.since)}, {"medias", std::move(medias)}};
  const List peers =
      peer.empty() ? List{} : List{Dictionary{{"tag", peer}, {"type", "offer/answer"}}};
  tag.set("subscriptions", peers);
  tag.set("subscribers", peers);
  if (!peer.empty()) tag.set("in dialogue with", peer);
  return tag;
}

/// What the other party's reports say of this party's stream, in rtpengine's words and units: MOS
/// times ten, the round trip of the whole way in microseconds.
Dictionary source_dictionary(const Call& call, const LegCounters& own, const LegCounters& peer) {
  if (peer.reports == 0) return {};
  const double round_trip_ms = own.round_trip_ms.value_or(0.0) + peer.round_trip_ms.value_or(0.0);
  const std::uint64_t expected = std::max<std::uint64_t>(own.packets_expected, 1);
  const double loss = 100.0 * static_cast<double>(std::min(peer.heard_lost, expected)) /
                      static_cast<double>(expected);
  Dictionary average{
      {"samples", number(peer.reports)},
      {"packet loss", static_cast<std::int64_t>(std::lround(loss))},
      {"jitter", static_cast<std::int64_t>(std::lround(peer.heard_jitter_ms))},
      {"round-trip time", static_cast<std::int64_t>(std::lround(round_trip_ms * 1000.0))}};
  const auto score =
      rtp::opinion_score(call.agreement ? call.agreement->answered.name : std::string(),
                         {.loss_percent = loss,
                          .delay_ms = rtp::one_way_delay_ms(round_trip_ms, peer.heard_jitter_ms)});
  if (score) average.set("MOS", static_cast<std::int64_t>(std::lround(*score * 10.0)));
  return {{"cumulative loss", number(peer.heard_lost)}, {"average MOS", std::move(average)}};
}

}  // namespace

ng::Dictionary call_dictionary(const Call& call, const SessionCounters& counters, core::Time now) {
  Dictionary tags;
  Dictionary sources;
  LegCounters sum;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    const LegCounters figures = total(counters, leg);
    sum.packets_received += figures.packets_received;
    sum.bytes_received += figures.bytes_received;
    sum.packets_refused += figures.packets_refused + figures.packets_malformed;
    sum.rtcp_received += figures.rtcp_received;
    if (figures.ssrc) {
      sources.set(std::to_string(*figures.ssrc),
                  source_dictionary(call, figures, total(counters, other(leg))));
    }
    if (!call.leg(leg).tag.empty()) {
      tags.set(call.leg(leg).tag, tag_dictionary(call, leg, counters, now));
    }
  }
  return {{"created", seconds_of(call.created_at)},
          {"created_us", core::to_microseconds(call.created_at) % 1'000'000},
          {"last signal", seconds_of(call.last_signal)},
          {"SSRC", std::move(sources)},
          {"tags", std::move(tags)},
          {"totals",
           Dictionary{{"RTP", stats(sum.packets_received, sum.bytes_received, sum.packets_refused)},
                      {"RTCP", stats(sum.rtcp_received, 0, 0)}}}};
}

}  // namespace trunkline::mediaplane
