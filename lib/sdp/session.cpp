// SPDX-License-Identifier: MIT
#include "sdp/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::sdp {

namespace {

using core::ExitCode;

constexpr std::size_t kShownBytes = 60;

/// Where in the text the parser is, for faults that name the line.
struct Place {
  std::size_t number = 0;
  std::string_view line;

  tl::unexpected<core::Fault> fault(std::string_view why) const {
    const bool is_cut = line.size() > kShownBytes;
    return core::fault(ExitCode::data, fmt::format("cannot read SDP line {} '{}{}': {}", number,
                                                   core::printable(line.substr(0, kShownBytes)),
                                                   is_cut ? "..." : "", why));
  }
};

/// The words between single spaces; several in a row make no empty word.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto piece : core::split(text, ' ')) {
    if (!piece.empty()) words.push_back(piece);
  }
  return words;
}

bool has_control_character(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

core::Result<Origin> parse_origin(std::string_view value, const Place& place) {
  const auto words = words_of(value);
  if (words.size() != 6) return place.fault("an origin has six words");
  return Origin{.username = std::string(words[0]),
                .session_id = std::string(words[1]),
                .session_version = std::string(words[2]),
                .network_type = std::string(words[3]),
                .address_type = std::string(words[4]),
                .address = std::string(words[5])};
}

core::Result<Media> parse_media(std::string_view value, const Place& place) {
  const auto words = words_of(value);
  if (words.size() < 4) {
    return place.fault("a media line has a type, a port, a protocol and a format");
  }
  if (words.size() - 3 > kMaxFormats) return place.fault("more formats than 64");
  Media media;
  media.type = std::string(words[0]);
  media.protocol = std::string(words[2]);
  media.formats.assign(words.begin() + 3, words.end());

  const auto slash = words[1].find('/');
  const auto port = core::parse_unsigned(words[1].substr(0, slash));
  if (!port || *port > 65535) return place.fault("the port is no number from 0 to 65535");
  media.port = core::Port(static_cast<std::uint16_t>(*port));
  if (slash != std::string_view::npos) {
    const auto count = core::parse_unsigned(words[1].substr(slash + 1));
    if (!count || *count == 0 || *count > 65535) return place.fault("the port count is no number");
    media.port_count = static_cast<unsigned>(*count);
  }
  return media;
}

core::Result<void> check_connection(std::string_view value, const Place& place) {
  if (words_of(value).size() != 3) return place.fault("a connection has three words");
  return {};
}

/// Reads one line after another into the session.
class Reader {
 public:
  core::Result<void> read(const Place& place) {
    const auto line = place.line;
    if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z') {
      return place.fault("a line is a letter, '=' and a value");
    }
    if (has_control_character(line)) return place.fault("a control character");
    const auto value = line.substr(2);
    if (session_.lines.empty() && line != "v=0") return place.fault("it must begin with v=0");
    if (line[0] == 'm') return read_media(value, place);
    if (line[0] == 'c') {
      if (auto checked = check_connection(value, place); !checked) return checked;
    }
    if (line[0] == 'o') {
      if (has_origin_ || !session_.media.empty()) return place.fault("a second origin");
      if (auto origin = parse_origin(value, place); !origin) {
        return tl::unexpected(std::move(origin.error()));
      }
      has_origin_ = true;
    }
    auto& lines = session_.media.empty() ? session_.lines : session_.media.back().lines;
    lines.push_back(Line{.type = line[0], .value = std::string(value)});
    return {};
  }

  core::Result<Session> finish() && {
    if (session_.lines.empty()) return core::fault(ExitCode::data, "cannot read SDP: it is empty");
    if (!has_origin_) return core::fault(ExitCode::data, "cannot read SDP: it has no origin (o=)");
    return std::move(session_);
  }

 private:
  core::Result<void> read_media(std::string_view value, const Place& place) {
    if (session_.media.size() >= kMaxMedia) return place.fault("more media than 32");
    auto media = parse_media(value, place);
    if (!media) return tl::unexpected(std::move(media.error()));
    session_.media.push_back(std::move(*media));
    return {};
  }

  Session session_;
  bool has_origin_ = false;
};

void append_line(std::string& text, char type, std::string_view value) {
  text += type;
  text += '=';
  text += value;
  text += "\r\n";
}

void append_media(std::string& text, const Media& media) {
  std::string value = fmt::format("{} {}", media.type, media.port.value());
  if (media.port_count) value += fmt::format("/{}", *media.port_count);
  value += ' ';
  value += media.protocol;
  for (const auto& format : media.formats) {
    value += ' ';
    value += format;
  }
  append_line(text, 'm', value);
  for (const auto& line : media.lines) append_line(text, line.type, line.value);
}

/// Whether the value of an a= line is of that name; its value goes to `found`.
bool is_attribute(const Line& line, std::string_view name, std::string_view& found) {
  if (line.type != 'a') return false;
  const std::string_view value = line.value;
  if (!value.starts_with(name)) return false;
  if (value.size() == name.size()) {
    found = {};
    return true;
  }
  if (value[name.size()] != ':') return false;
  found = value.substr(name.size() + 1);
  return true;
}

}  // namespace

std::string Origin::text() const {
  return fmt::format("{} {} {} {} {} {}", username, session_id, session_version, network_type,
                     address_type, address);
}

std::string Connection::text() const {
  return fmt::format("{} {} {}", network_type, address_type, address);
}

bool Connection::is_unspecified() const {
  return address == "0.0.0.0" || address == "::";
}

Connection connection_for(std::string_view address) {
  const bool is_ip6 = address.find(':') != std::string_view::npos;
  return Connection{.network_type = "IN",
                    .address_type = is_ip6 ? "IP6" : "IP4",
                    .address = std::string(address)};
}

bool Media::is_rtp() const {
  static constexpr std::array<std::string_view, 6> kProtocols = {
      "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"};
  return std::any_of(kProtocols.begin(), kProtocols.end(), [this](std::string_view known) {
    return core::equals_ignoring_case(known, protocol);
  });
}

core::Result<Session> Session::parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return core::fault(ExitCode::data, fmt::format("cannot read SDP: {} bytes, more than {}",
                                                   text.size(), kMaxBytes));
  }
  Reader reader;
  Place place;
  while (!text.empty()) {
    const auto end = text.find('\n');
    place.line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (place.line.ends_with('\r')) place.line.remove_suffix(1);
    ++place.number;
    if (place.number > kMaxLines) return place.fault("more lines than 2048");
    // Some endpoints end a body with an empty line.
    if (place.line.empty() && core::trim(text).empty()) break;
    if (auto read = reader.read(place); !read) return tl::unexpected(std::move(read.error()));
  }
  return std::move(reader).finish();
}

std::string Session::text() const {
  std::string text;
  for (const auto& line : lines) append_line(text, line.type, line.value);
  for (const auto& one : media) append_media(text, one);
  return text;
}

Origin Session::origin() const {
  for (const auto& line : lines) {
    if (line.type != 'o') continue;
    if (auto origin = parse_origin(line.value, {}); origin) return std::move(*origin);
  }
  return {};
}

void Session::set_origin(const Origin& origin) {
  for (auto& line : lines) {
    if (line.type == 'o') line.value = origin.text();
  }
}

std::optional<std::string_view> attribute(const std::vector<Line>& lines, std::string_view name) {
  std::string_view value;
  for (const auto& line : lines) {
    if (is_attribute(line, name, value)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> attributes(const std::vector<Line>& lines, std::string_view name) {
  std::vector<std::string_view> values;
  std::string_view value;
  for (const auto& line : lines) {
    if (is_attribute(line, name, value)) values.push_back(value);
  }
  return values;
}

bool has_attribute(const std::vector<Line>& lines, std::string_view name) {
  return attribute(lines, name).has_value();
}

void remove_attributes(std::vector<Line>& lines, std::string_view name) {
  std::erase_if(lines, [name](const Line& line) {
    std::string_view value;
    return is_attribute(line, name, value);
  });
}

void set_attribute(std::vector<Line>& lines, std::string_view name, std::string_view value) {
  std::string written(name);
  if (!value.empty()) written.append(":").append(value);
  for (auto& line : lines) {
    std::string_view old;
    if (!is_attribute(line, name, old)) continue;
    line.value = std::move(written);
    return;
  }
  lines.push_back(Line{.type = 'a', .value = std::move(written)});
}

}  // namespace trunkline::sdp
