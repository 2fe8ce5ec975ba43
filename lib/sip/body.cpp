// SPDX-License-Identifier: MIT
#include "sip/body.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"
#include "sip/header_text.h"

namespace trunkline::sip {

namespace {

constexpr std::size_t kPartsMax = 16;
constexpr int kDepthMax = 3;
constexpr std::size_t kPartHeadersMax = 32;
/// RFC 2046 5.1.1
constexpr std::size_t kBoundaryMax = 70;

bool is_optional(const std::vector<Header>& headers) {
  const auto disposition = find_header(headers, "Content-Disposition");
  if (!disposition) return false;
  const auto handling = Parametrised(*disposition).param("handling");
  return handling && core::equals_ignoring_case(*handling, "optional");
}

/// RFC 3261 20.11: without the header a session description is one.
bool is_session(const std::vector<Header>& headers) {
  const auto disposition = find_header(headers, "Content-Disposition");
  return !disposition || Parametrised(*disposition).word == "session";
}

std::string unknown_encoding_of(const std::vector<Header>& headers) {
  for (const auto& [name, plain] :
       {std::pair{"Content-Encoding", std::array{"identity", "identity", "identity"}},
        std::pair{"Content-Transfer-Encoding", std::array{"binary", "8bit", "7bit"}}}) {
    const auto found = find_header(headers, name);
    const std::string encoding = core::to_lower(core::trim(found.value_or("")));
    if (!encoding.empty() && std::count(plain.begin(), plain.end(), encoding) == 0) {
      return encoding;
    }
  }
  return {};
}

struct Part {
  std::string content_type;
  std::vector<Header> headers;
  std::string_view body;
};

/// A line up to its CRLF or LF, which is taken off with it.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Part read_part(std::string_view text) {
  // RFC 2046 5.1: without a type it is plain text.
  Part part{.content_type = "text/plain", .headers = {}, .body = {}};
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const bool is_folded = line.front() == ' ' || line.front() == '\t';
    if (is_folded && !part.headers.empty()) {
      part.headers.back().value += " " + std::string(core::trim(line));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || part.headers.size() >= kPartHeadersMax) continue;
    part.headers.push_back({std::string(core::trim(line.substr(0, colon))),
                            std::string(core::trim(line.substr(colon + 1)))});
  }
  if (const auto type = find_header(part.headers, "Content-Type")) part.content_type = *type;
  part.body = text;
  return part;
}

/// Between the delimiters of RFC 2046 5.1.1; a body that ends without its last one ends its part.
std::vector<std::string_view> split_parts(std::string_view body, const std::string& boundary) {
  const std::string delimiter = "--" + boundary;
  std::vector<std::string_view> parts;
  std::optional<std::size_t> begin;
  std::size_t position = 0;
  while (position < body.size() && parts.size() < kPartsMax) {
    std::string_view rest = body.substr(position);
    const std::string_view line = take_line(rest);
    const std::size_t next = body.size() - rest.size();
    const bool is_last = line.starts_with(delimiter + "--");
    const bool is_delimiter = is_last || core::trim(line) == delimiter;
    if (is_delimiter && begin) {
      // The line end before a delimiter belongs to it.
      std::string_view part = body.substr(*begin, std::max(position, *begin) - *begin);
      if (part.ends_with('\n')) part.remove_suffix(1);
      if (part.ends_with('\r')) part.remove_suffix(1);
      parts.push_back(part);
    }
    if (is_delimiter) begin = next;
    if (is_last) return parts;
    position = next;
  }
  if (begin && *begin < body.size() && parts.size() < kPartsMax) {
    parts.push_back(body.substr(*begin));
  }
  return parts;
}

Body read(std::string_view content_type, const std::vector<Header>& headers, std::string_view body,
          int depth);

Body read_parts(const Parametrised& type, std::string_view body, int depth) {
  const auto boundary = type.param("boundary");
  const bool is_readable = boundary && !boundary->empty() && boundary->size() <= kBoundaryMax;
  if (!is_readable || depth >= kDepthMax) return {.unknown = type.word};
  const bool is_choice = type.word == "multipart/alternative";
  Body all;
  for (const std::string_view text : split_parts(body, *boundary)) {
    const Part part = read_part(text);
    Body one = read(part.content_type, part.headers, part.body, depth + 1);
    if (is_choice) {
      // RFC 2046 5.1.4: the last that is understood.
      if (!one.sdp.empty()) all.sdp = std::move(one.sdp);
      continue;
    }
    if (all.unknown.empty()) all.unknown = std::move(one.unknown);
    if (all.unknown_encoding.empty()) all.unknown_encoding = std::move(one.unknown_encoding);
    if (all.sdp.empty()) {
      all.sdp = std::move(one.sdp);
    } else if (!one.sdp.empty() && all.unknown.empty()) {
      all.unknown = "application/sdp";  // a session has one description
    }
  }
  const bool is_nothing = all == Body{};
  if (is_nothing) all.unknown = type.word;
  return all;
}

Body read(std::string_view content_type, const std::vector<Header>& headers, std::string_view body,
          int depth) {
  if (body.empty()) return {};
  const Parametrised type(content_type);
  const bool may_be_left = is_optional(headers);
  Body found;
  if (std::string encoding = unknown_encoding_of(headers); !encoding.empty()) {
    found.unknown_encoding = std::move(encoding);
  } else if (type.word == "application/sdp" && is_session(headers)) {
    found.sdp = std::string(body);
  } else if (type.word.starts_with("multipart/")) {
    found = read_parts(type, body, depth);
  } else {
    found.unknown = type.word.empty() ? "application/octet-stream" : type.word;
  }
  if (may_be_left) found.unknown.clear();
  if (may_be_left) found.unknown_encoding.clear();
  return found;
}

bool takes_sdp(std::string_view range) {
  const Parametrised type(range);
  const bool is_of_sdp =
      type.word == "application/sdp" || type.word == "application/*" || type.word == "*/*";
  const std::string q = type.param("q").value_or("1");
  const bool is_zero = !q.empty() && q.find_first_not_of("0.") == std::string::npos;
  return is_of_sdp && !is_zero;
}

}  // namespace

Body read_body(std::string_view content_type, const std::vector<Header>& headers,
               std::string_view body) {
  return read(content_type, headers, body, 0);
}

bool accepts_sdp(const std::vector<Header>& headers) {
  bool is_said = false;
  for (const Header& header : headers) {
    if (!core::equals_ignoring_case(header.name, "Accept")) continue;
    is_said = true;
    for (const std::string_view range : core::split(header.value, ',')) {
      if (takes_sdp(range)) return true;
    }
  }
  return !is_said;
}

}  // namespace trunkline::sip
