// SPDX-License-Identifier: MIT
#include "sdp/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::sdp {

namespace {

constexpr std::array kDirections = {Direction::sendrecv, Direction::sendonly, Direction::recvonly,
                                    Direction::inactive};

bool sends(Direction direction) {
  return direction == Direction::sendrecv || direction == Direction::sendonly;
}
bool receives(Direction direction) {
  return direction == Direction::sendrecv || direction == Direction::recvonly;
}
Direction direction_from(bool is_sending, bool is_receiving) {
  if (is_sending) return is_receiving ? Direction::sendrecv : Direction::sendonly;
  return is_receiving ? Direction::recvonly : Direction::inactive;
}

std::optional<Direction> direction_in(const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    if (line.type != 'a') continue;
    if (const auto direction = parse_direction(line.value)) return direction;
  }
  return std::nullopt;
}

std::optional<Connection> connection_in(const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    if (line.type != 'c') continue;
    std::vector<std::string> words;
    for (const auto word : core::split(line.value, ' ')) {
      if (!word.empty()) words.emplace_back(word);
    }
    if (words.size() != 3) return std::nullopt;
    return Connection{std::move(words[0]), std::move(words[1]), std::move(words[2])};
  }
  return std::nullopt;
}

std::optional<std::uint8_t> parse_payload_type(std::string_view text) {
  const auto number = core::parse_unsigned(text);
  if (!number || *number > 127) return std::nullopt;
  return static_cast<std::uint8_t>(*number);
}

/// "96 opus/48000/2" (RFC 8866 section 6.6)
std::optional<Codec> parse_rtpmap(std::string_view value) {
  const auto space = value.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto payload_type = parse_payload_type(value.substr(0, space));
  const auto pieces = core::split(core::trim(value.substr(space + 1)), '/');
  if (!payload_type || pieces.size() < 2 || pieces[0].empty()) return std::nullopt;
  const auto rate = core::parse_unsigned(pieces[1]);
  if (!rate || *rate == 0 || *rate > 1'000'000) return std::nullopt;
  Codec codec{.payload_type = *payload_type,
              .name = std::string(pieces[0]),
              .clock_rate = static_cast<std::uint32_t>(*rate)};
  if (pieces.size() > 2) {
    const auto channels = core::parse_unsigned(pieces[2]);
    if (!channels || *channels == 0 || *channels > 255) return std::nullopt;
    codec.channels = static_cast<unsigned>(*channels);
  }
  return codec;
}

std::optional<Codec> mapped_codec(const Media& media, std::uint8_t payload_type) {
  for (const auto value : attributes(media.lines, "rtpmap")) {
    if (auto codec = parse_rtpmap(value); codec && codec->payload_type == payload_type) {
      return codec;
    }
  }
  return std::nullopt;
}

std::string parameters_of(const Media& media, std::uint8_t payload_type) {
  for (const auto value : attributes(media.lines, "fmtp")) {
    const auto space = value.find(' ');
    if (space == std::string_view::npos) continue;
    if (parse_payload_type(value.substr(0, space)) != payload_type) continue;
    return std::string(core::trim(value.substr(space + 1)));
  }
  return {};
}

bool is_comfort_noise(const Codec& codec) {
  return core::equals_ignoring_case(codec.name, "CN");
}

}  // namespace

std::string_view name_of(Direction direction) {
  switch (direction) {
    case Direction::sendrecv:
      return "sendrecv";
    case Direction::sendonly:
      return "sendonly";
    case Direction::recvonly:
      return "recvonly";
    case Direction::inactive:
      return "inactive";
  }
  return "sendrecv";
}

std::optional<Direction> parse_direction(std::string_view text) {
  for (const auto direction : kDirections) {
    if (text == name_of(direction)) return direction;
  }
  return std::nullopt;
}

Direction reversed(Direction direction) {
  return direction_from(receives(direction), sends(direction));
}

Direction answer_to(Direction offered, Direction wanted) {
  const auto possible = reversed(offered);
  return direction_from(sends(possible) && sends(wanted), receives(possible) && receives(wanted));
}

Direction direction_of(const Session& session, const Media& media) {
  if (const auto own = direction_in(media.lines)) return *own;
  return direction_in(session.lines).value_or(Direction::sendrecv);
}

void set_direction(Media& media, Direction direction) {
  for (const auto old : kDirections) {
    if (old != direction) remove_attributes(media.lines, name_of(old));
  }
  set_attribute(media.lines, name_of(direction), {});
}

std::optional<Connection> connection_of(const Session& session, const Media& media) {
  if (auto own = connection_in(media.lines)) return own;
  return connection_in(session.lines);
}

std::optional<Endpoint> rtp_endpoint_of(const Session& session, const Media& media) {
  if (media.is_refused()) return std::nullopt;
  const auto connection = connection_of(session, media);
  if (!connection) return std::nullopt;
  return Endpoint{.address = connection->address.substr(0, connection->address.find('/')),
                  .port = media.port};
}

std::optional<Endpoint> rtcp_endpoint_of(const Session& session, const Media& media) {
  auto endpoint = rtp_endpoint_of(session, media);
  if (!endpoint || has_rtcp_mux(media)) return endpoint;
  if (const auto value = attribute(media.lines, "rtcp")) {
    // RFC 3605 section 2.1: port [nettype addrtype address]
    const auto words = core::split(core::trim(*value), ' ');
    if (const auto port = core::parse_port(words[0])) {
      endpoint->port = *port;
      if (words.size() == 4) endpoint->address = std::string(words[3]);
      return endpoint;
    }
  }
  if (endpoint->port.value() == 65535) return std::nullopt;
  endpoint->port = core::Port(static_cast<std::uint16_t>(endpoint->port.value() + 1));
  return endpoint;
}

bool has_rtcp_mux(const Media& media) {
  return has_attribute(media.lines, "rtcp-mux");
}

bool is_hold(const Session& session, const Media& media) {
  if (media.is_refused()) return false;
  if (!receives(direction_of(session, media))) return true;
  const auto connection = connection_of(session, media);
  return connection && connection->is_unspecified();
}

bool is_hold(const Session& session) {
  bool has_any = false;
  for (const auto& media : session.media) {
    if (media.is_refused()) continue;
    if (!is_hold(session, media)) return false;
    has_any = true;
  }
  return has_any;
}

bool Codec::is_same_coding(const Codec& other) const {
  return clock_rate == other.clock_rate && channels == other.channels &&
         core::equals_ignoring_case(name, other.name);
}

bool Codec::is_telephone_event() const {
  return core::equals_ignoring_case(name, "telephone-event");
}

std::vector<Codec> codecs_of(const Media& media) {
  std::vector<Codec> codecs;
  if (!media.is_rtp()) return codecs;
  for (const auto& format : media.formats) {
    const auto payload_type = parse_payload_type(format);
    if (!payload_type) continue;
    auto codec = mapped_codec(media, *payload_type);
    if (!codec) codec = static_codec(*payload_type);
    if (!codec) continue;
    codec->parameters = parameters_of(media, *payload_type);
    codecs.push_back(std::move(*codec));
  }
  return codecs;
}

std::optional<unsigned> ptime_ms_of(const Media& media) {
  const auto value = attribute(media.lines, "ptime");
  if (!value) return std::nullopt;
  const auto number = core::parse_unsigned(core::trim(*value));
  if (!number || *number == 0 || *number > 1000) return std::nullopt;
  return static_cast<unsigned>(*number);
}

core::Result<void> check_answer(const Session& offer, const Session& answer) {
  if (offer.media.size() != answer.media.size()) {
    return core::fault(core::ExitCode::protocol,
                       fmt::format("cannot use SDP answer: {} media lines for an offer of {}",
                                   answer.media.size(), offer.media.size()));
  }
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    if (offer.media[i].type == answer.media[i].type) continue;
    return core::fault(
        core::ExitCode::protocol,
        fmt::format("cannot use SDP answer: media line {} is '{}', offered was '{}'", i + 1,
                    core::printable(answer.media[i].type), core::printable(offer.media[i].type)));
  }
  return {};
}

std::optional<Agreement> agreed_codec(const Media& offer, const Media& answer) {
  if (offer.is_refused() || answer.is_refused()) return std::nullopt;
  const auto offered = codecs_of(offer);
  for (const auto& codec : codecs_of(answer)) {
    if (codec.is_telephone_event() || is_comfort_noise(codec)) continue;
    for (const auto& other : offered) {
      if (other.is_same_coding(codec)) return Agreement{.offered = other, .answered = codec};
    }
  }
  return std::nullopt;
}

std::optional<Agreement> agreed_telephone_event(const Media& offer, const Media& answer) {
  const auto codec = agreed_codec(offer, answer);
  if (!codec) return std::nullopt;
  const auto find = [&](const Media& media) -> std::optional<Codec> {
    for (auto& one : codecs_of(media)) {
      if (one.is_telephone_event() && one.clock_rate == codec->answered.clock_rate) {
        return std::move(one);
      }
    }
    return std::nullopt;
  };
  auto offered = find(offer);
  auto answered = find(answer);
  if (!offered || !answered) return std::nullopt;
  return Agreement{.offered = std::move(*offered), .answered = std::move(*answered)};
}

}  // namespace trunkline::sdp
