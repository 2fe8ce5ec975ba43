// SPDX-License-Identifier: MIT
#include "sip/header_parsers.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.h"
#include "sip/read.h"
#include "sip/request_line.h"

namespace trunkline::sip {

namespace {

// Marks, told by their addresses.
constexpr const char* kBrokenRequest = "BROKEN";
constexpr const char* kBrokenVia = "0";

/// Known methods have Sofia's own names, which it compares by address.
sip_method_t method_of(const char* name, const char** its_name) {
  const sip_method_t code = sip_method_code(name);
  const bool is_known = code > sip_method_unknown;
  *its_name = is_known ? sip_method_name(code, name) : name;
  return is_known ? code : sip_method_unknown;
}

/// Whatever is in the text, it does not become part of this.
issize_t read_as_broken(sip_request_t& request) {
  // RFC 3261 17.1.1.3: an ACK is never answered.
  if (request.rq_method == sip_method_ack) return -1;
  request.rq_method_name = kBrokenRequest;
  url_init(request.rq_url, url_sip);
  request.rq_url->url_host = "invalid";
  request.rq_version = sip_version_2_0;
  return 0;
}

void drop_maddr(sip_via_t& via) {
  if (via.v_params == nullptr) return;
  // The list is this message's own, of pointers into its buffer; Sofia types it const.
  auto** kept = const_cast<msg_param_t*>(via.v_params);
  for (const msg_param_t* param = via.v_params; *param != nullptr; ++param) {
    if (strncasecmp(*param, "maddr", 5) != 0) *kept++ = *param;
  }
  *kept = nullptr;
  via.v_maddr = nullptr;
}

/// RFC 3261 18.2.1 and RFC 3581, before anything else: answers that nta makes to what it cannot use
/// (400, 413, 505) would go to the host that the Via names, found by a look-up that stops the loop.
void set_received(su_home_t* home, sip_via_t& via) {
  const auto from = address_of(reinterpret_cast<msg_t*>(home));
  if (!from) return;
  const std::string received = "received=" + from->host();
  const std::string rport = "rport=" + std::to_string(from->port().value());
  msg_header_replace_param(home, via.v_common, su_strdup(home, received.c_str()));
  msg_header_replace_param(home, via.v_common, su_strdup(home, rport.c_str()));
}

/// Answers find their way by Sofia's own names of the transports. Of another version (RFC 3261 7.1:
/// 505) we only know ours.
void set_known_protocol(sip_via_t& via) {
  const char* const transport = sip_via_transport(&via);
  if (transport == nullptr) return;
  if (core::equals_ignoring_case(transport, "UDP")) via.v_protocol = sip_transport_udp;
  if (core::equals_ignoring_case(transport, "TCP")) via.v_protocol = sip_transport_tcp;
  if (core::equals_ignoring_case(transport, "TLS")) via.v_protocol = sip_transport_tls;
}

/// The sent-protocol and sent-by of a Via whose rest cannot be read: enough to answer it.
issize_t parse_sent_by(su_home_t* home, sip_via_t& via, char* text, std::string_view sent_by) {
  sip_via_t fresh{};
  fresh.v_common[0] = via.v_common[0];
  fresh.v_common->h_succ = nullptr;  // a value behind a comma
  via = fresh;
  std::copy(sent_by.begin(), sent_by.end(), text);
  text[sent_by.size()] = '\0';
  const issize_t result = sip_via_class->hc_parse(home, reinterpret_cast<msg_header_t*>(&via), text,
                                                  static_cast<isize_t>(sent_by.size()));
  via.v_ttl = kBrokenVia;
  return result;
}

}  // namespace

issize_t parse_request_line(su_home_t*, msg_header_t* header, char* text, isize_t size) noexcept {
  const auto line = split_request_line(std::string_view(text, static_cast<std::size_t>(size)));
  if (!line) return -1;
  auto& request = *reinterpret_cast<sip_request_t*>(header);
  // The parts lie in `text`, with one character between, which ends them.
  auto* const method = text + (line->method.data() - text);
  method[line->method.size()] = '\0';
  request.rq_method = method_of(method, &request.rq_method_name);
  if (line->is_broken) return read_as_broken(request);
  auto* const uri = text + (line->uri.data() - text);
  uri[line->uri.size()] = '\0';
  if (url_d(request.rq_url, uri) < 0 || request.rq_url->url_headers != nullptr) {
    return read_as_broken(request);
  }
  const bool is_ours = core::equals_ignoring_case(line->version, sip_version_2_0);
  request.rq_version = is_ours ? sip_version_2_0 : line->version.data();
  return 0;
}

issize_t parse_cseq(su_home_t*, msg_header_t* header, char* text, isize_t size) noexcept {
  const std::string_view value = core::trim(std::string_view(text, static_cast<std::size_t>(size)));
  const char* const end = value.data() + value.size();
  auto& cseq = *reinterpret_cast<sip_cseq_t*>(header);
  const auto [rest, error] = std::from_chars(value.data(), end, cseq.cs_seq);
  if (error != std::errc() || rest == end) return -1;
  const std::string_view method = core::trim(std::string_view(rest, end));
  if (method.data() == rest || !is_token(method)) return -1;
  auto* const name = text + (method.data() - text);
  name[method.size()] = '\0';
  cseq.cs_method = method_of(name, &cseq.cs_method_name);
  return 0;
}

/// A message is the home of its headers. Values behind a comma are parsed inside their first.
issize_t parse_via(su_home_t* home, msg_header_t* header, char* text, isize_t size) noexcept {
  thread_local int depth = 0;
  auto& via = *reinterpret_cast<sip_via_t*>(header);
  const sip_t* sip = sip_object(reinterpret_cast<msg_t*>(home));
  const bool is_first = depth == 0 && sip->sip_request != nullptr && sip->sip_via == nullptr;
  std::array<char, 256> kept{};  // parsing writes over the text
  // Of a value behind a comma Sofia gives the size of the whole line, which ends before that.
  const std::size_t length = is_first ? static_cast<std::size_t>(size) : 0;
  std::string_view sent_by(text, std::min(length, kept.size()));
  sent_by = sent_by.substr(0, sent_by.find_first_of(";,"));
  if (is_first) std::copy(sent_by.begin(), sent_by.end(), kept.begin());
  ++depth;
  issize_t result = sip_via_class->hc_parse(home, header, text, size);
  --depth;
  if (result < 0 && is_first && sent_by.size() < length && sent_by.size() < kept.size()) {
    result = parse_sent_by(home, via, text, std::string_view(kept.data(), sent_by.size()));
  }
  if (result < 0) return result;
  drop_maddr(via);
  if (is_first) {
    set_known_protocol(via);
    set_received(home, via);
  }
  return result;
}

void end_of_headers(sip_t& sip) noexcept {
  const bool is_broken_request =
      sip.sip_request != nullptr && sip.sip_request->rq_method_name == kBrokenRequest;
  const bool is_broken_via = sip.sip_via != nullptr && sip.sip_via->v_ttl == kBrokenVia;
  if (is_broken_via) sip.sip_via->v_ttl = nullptr;
  if (is_broken_request || is_broken_via) sip.sip_flags |= MSG_FLG_ERROR;
}

}  // namespace trunkline::sip
