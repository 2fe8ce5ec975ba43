// SPDX-License-Identifier: MIT
#include "sip/plain_reply.h"

#include <fmt/format.h>

#include <array>

#include "core/text.h"
#include "sip/compose.h"
#include "sip/plain_values.h"
#include "sip/request_line.h"

namespace trunkline::sip {

namespace {

template <class... Pieces>
void append(std::string& text, const Pieces&... pieces) {
  (text.append(pieces), ...);
}

/// "192.0.2.7" of "SIP/2.0/UDP 192.0.2.7:5062;branch=...".
std::string_view sent_by_host(std::string_view via) {
  const std::size_t begin = via.find(' ') + 1;
  return via.substr(begin, via.find_first_of(":;", begin) - begin);
}

/// The Via with its sender's address; a plain one has no received, and rport at most without value.
void append_via(std::string& text, std::string_view via, const Endpoint& from) {
  constexpr std::string_view kRport = ";rport";
  const fmt::format_int port(from.port);
  const std::string_view port_text(port.data(), port.size());
  std::size_t rport = via.find(kRport);
  while (rport != std::string_view::npos && rport + kRport.size() < via.size() &&
         via[rport + kRport.size()] != ';') {
    rport = via.find(kRport, rport + 1);
  }
  const bool has_rport = rport != std::string_view::npos;
  const std::size_t behind = has_rport ? rport + kRport.size() : via.size();
  append(text, "Via: ", via.substr(0, behind));
  if (has_rport) append(text, "=", port_text, via.substr(behind));
  // RFC 3261 18.2.1: only where it says something else.
  if (sent_by_host(via) != from.host) append(text, ";received=", from.host);
  if (!has_rport) append(text, ";rport=", port_text);
  text += kLineEnd;
}

/// A header and those of its kind behind it, a line each, as Sofia prints them; false where there
/// is no room.
bool append_parsed(std::string& text, const sip_common_t* header) {
  constexpr std::size_t kLineMax = 1024;
  // An encoder leaves out a last piece that would fill its buffer to the brim.
  constexpr std::size_t kSlack = 8;
  std::array<char, kLineMax> line{};
  while (header != nullptr) {
    const auto& generic = *reinterpret_cast<const msg_header_t*>(header);
    const issize_t size = msg_header_e(line.data(), static_cast<isize_t>(line.size()), &generic, 0);
    if (size <= 0 || static_cast<std::size_t>(size) + kSlack > line.size()) return false;
    text.append(line.data(), static_cast<std::size_t>(size));
    header = reinterpret_cast<const sip_common_t*>(generic.sh_next);
  }
  return true;
}

void append_headers(std::string& text, const std::vector<Header>& headers) {
  for (const Header& header : headers) {
    if (!is_token(header.name)) continue;
    append(text, header.name, ": ");
    append_one_line(text, core::trim(header.value));
    text += kLineEnd;
  }
}

}  // namespace

RepeatedLines::RepeatedLines(const RepeatedHeaders& headers, const Endpoint& from) {
  constexpr std::size_t kRest = 80;
  until_to_.reserve(headers.via.size() + headers.from.size() + headers.to.size() + kRest);
  append_via(until_to_, headers.via, from);
  append(until_to_, "From: ", headers.from, kLineEnd, "To: ", headers.to);
  behind_to_.reserve(headers.call_id.size() + headers.cseq.size() + kRest);
  append(behind_to_, kLineEnd, "Call-ID: ", headers.call_id, kLineEnd, "CSeq: ", headers.cseq,
         kLineEnd);
}

std::optional<RepeatedLines> RepeatedLines::of(const sip_t& sip) {
  RepeatedLines lines;
  const bool is_whole = append_parsed(lines.until_to_, sip.sip_via->v_common) &&
                        append_parsed(lines.until_to_, sip.sip_from->a_common) &&
                        append_parsed(lines.until_to_, sip.sip_to->a_common) &&
                        append_parsed(lines.behind_to_, sip.sip_call_id->i_common) &&
                        append_parsed(lines.behind_to_, sip.sip_cseq->cs_common);
  if (!is_whole || !lines.until_to_.ends_with(kLineEnd)) return std::nullopt;
  lines.until_to_.resize(lines.until_to_.size() - kLineEnd.size());
  lines.behind_to_.insert(0, kLineEnd);
  lines.has_to_tag_ = sip.sip_to->a_tag != nullptr;
  return lines;
}

std::string RepeatedLines::answer(const Reply& reply, std::string_view to_tag,
                                  std::string_view server) const {
  constexpr std::size_t kUsual = 512;
  std::string text;
  text.reserve(until_to_.size() + behind_to_.size() + reply.content.body.size() + kUsual);
  const std::string_view phrase =
      reply.phrase.empty() ? usual_phrase(reply.status) : std::string_view(reply.phrase);
  append(text, "SIP/2.0 ", fmt::format_int(reply.status).str(), " ");
  append_one_line(text, phrase);
  append(text, kLineEnd, until_to_);
  if (!has_to_tag_) append(text, ";tag=", to_tag);
  append(text, behind_to_, "Server: ");
  append_one_line(text, server);
  text += kLineEnd;
  if (!reply.content.content_type.empty()) {
    text += "Content-Type: ";
    append_one_line(text, reply.content.content_type);
    text += kLineEnd;
  }
  append_headers(text, reply.content.headers);
  append(text, "Content-Length: ", fmt::format_int(reply.content.body.size()).str(), kLineEnd,
         kLineEnd, reply.content.body);
  return text;
}

}  // namespace trunkline::sip
