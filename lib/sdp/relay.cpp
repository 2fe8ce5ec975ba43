// SPDX-License-Identifier: MIT
#include "sdp/relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "sdp/facts.h"

namespace trunkline::sdp {

namespace {

/// True when there was a connection line.
bool replace_connections(std::vector<Line>& lines, const std::string& value) {
  bool has_any = false;
  for (auto& line : lines) {
    if (line.type != 'c') continue;
    has_any = true;
    const bool is_hold = line.value.ends_with(" 0.0.0.0") || line.value.ends_with(" ::");
    if (!is_hold) line.value = value;
  }
  return has_any;
}

void add_connection(std::vector<Line>& lines, const std::string& value) {
  // RFC 8866 section 9: after the title (i=), before everything else.
  const auto place =
      std::find_if(lines.begin(), lines.end(), [](const Line& line) { return line.type != 'i'; });
  lines.insert(place, Line{.type = 'c', .value = value});
}

/// ICE names addresses the relay is not at; a bundle would put all media on one port of ours.
void remove_other_ways(std::vector<Line>& lines) {
  static constexpr std::array<std::string_view, 8> kIce = {
      "candidate", "remote-candidates", "end-of-candidates", "ice-ufrag",
      "ice-pwd",   "ice-options",       "ice-lite",          "ice-pacing"};
  for (const auto name : kIce) remove_attributes(lines, name);
  std::erase_if(lines, [](const Line& line) {
    return line.type == 'a' &&
           (line.value == "group:BUNDLE" || line.value.starts_with("group:BUNDLE "));
  });
}

void point_media(Media& media, const RelayPorts& ports, const RelayOptions& options) {
  media.port = ports.rtp;
  media.port_count.reset();
  remove_attributes(media.lines, "rtcp");
  remove_attributes(media.lines, "rtcp-mux");
  if (!media.is_rtp()) return;
  if (options.offers_rtcp_mux) set_attribute(media.lines, "rtcp-mux", {});
  if (ports.rtcp != ports.rtp) {
    set_attribute(media.lines, "rtcp", fmt::format("{}", ports.rtcp.value()));
  }
}

}  // namespace

void point_at_relay(Session& session, std::string_view address, std::span<const RelayPorts> ports,
                    const RelayOptions& options) {
  assert(ports.size() == session.media.size());
  const auto connection = connection_for(address);
  const auto value = connection.text();
  const bool has_session_connection = replace_connections(session.lines, value);
  remove_other_ways(session.lines);
  if (options.replaces_origin) {
    auto origin = session.origin();
    origin.network_type = connection.network_type;
    origin.address_type = connection.address_type;
    origin.address = connection.address;
    session.set_origin(origin);
  }
  for (std::size_t i = 0; i < session.media.size(); ++i) {
    auto& media = session.media[i];
    const bool has_connection = replace_connections(media.lines, value);
    remove_other_ways(media.lines);
    if (media.is_refused()) continue;
    if (!has_connection && !has_session_connection) add_connection(media.lines, value);
    point_media(media, ports[i], options);
  }
}

void refuse(Media& media) {
  media.port = core::Port(0);
  media.port_count.reset();
  media.lines.clear();
}

}  // namespace trunkline::sdp
