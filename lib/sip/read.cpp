// SPDX-License-Identifier: MIT
#include "sip/read.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "sip/compose.h"
#include "sip/header_text.h"
#include "sip/message_class.h"

namespace trunkline::sip {

namespace {

std::string text_of(const char* text) {
  return text != nullptr ? text : "";
}

std::string unquoted_or_empty(const char* text) {
  return text != nullptr ? unquoted(text) : std::string();
}

Party read_party(const sip_addr_t* address) {
  if (address == nullptr) return {};
  return {.display_name = unquoted_or_empty(address->a_display),
          .uri = from_sofia(*address->a_url),
          .tag = text_of(address->a_tag)};
}

std::string param_of(const msg_param_t* params, const char* name) {
  return unquoted_or_empty(msg_params_find(params, name));
}

Contact read_contact(const sip_contact_t& contact) {
  Contact out{.display_name = unquoted_or_empty(contact.m_display),
              .uri = from_sofia(*contact.m_url),
              .expires = std::nullopt,
              .q = text_of(contact.m_q),
              .instance = param_of(contact.m_params, "+sip.instance="),
              .reg_id = param_of(contact.m_params, "reg-id=")};
  if (contact.m_expires != nullptr) {
    const auto seconds = core::parse_unsigned(contact.m_expires);
    // RFC 3261 20.19: values above 2**32-1 count as that.
    if (seconds) {
      out.expires = static_cast<std::uint32_t>(std::min<std::uint64_t>(*seconds, UINT32_MAX));
    }
  }
  return out;
}

// A chain of broken contacts must not cost more than this.
constexpr std::size_t kContactsMax = 64;

void read_contacts(const sip_contact_t* contact, std::vector<Contact>& contacts, bool* is_star) {
  for (; contact != nullptr && contacts.size() < kContactsMax; contact = contact->m_next) {
    if (contact->m_url->url_type == url_any) {
      if (is_star != nullptr) *is_star = true;
      continue;
    }
    contacts.push_back(read_contact(*contact));
  }
}

template <class Auth>
std::vector<std::string> read_auth(const Auth* auth) {
  std::vector<std::string> values;
  for (; auth != nullptr && values.size() < 8; auth = auth->au_next) {
    std::string value = text_of(auth->au_scheme);
    const char* separator = " ";
    for (const msg_param_t* param = auth->au_params; param != nullptr && *param != nullptr;
         ++param) {
      value += separator;
      value += *param;
      separator = ", ";
    }
    values.push_back(std::move(value));
  }
  return values;
}

template <class List>
std::vector<std::string> read_list(const List* list) {
  std::vector<std::string> items;
  for (; list != nullptr; list = reinterpret_cast<const List*>(list->k_next)) {
    for (const msg_param_t* item = list->k_items; item != nullptr && *item != nullptr; ++item) {
      items.emplace_back(*item);
    }
  }
  return items;
}

template <class Route>
std::vector<std::string> read_routes(const Route* route) {
  std::vector<std::string> routes;
  for (; route != nullptr && routes.size() < 32; route = route->r_next) {
    std::string text = "<" + from_sofia(*route->r_url).text() + ">";
    for (const msg_param_t* param = route->r_params; param != nullptr && *param != nullptr;
         ++param) {
      text += ";";
      text += *param;
    }
    routes.push_back(std::move(text));
  }
  return routes;
}

std::string payload_of(const sip_t& sip) {
  if (sip.sip_payload == nullptr || sip.sip_payload->pl_data == nullptr) return {};
  return {sip.sip_payload->pl_data, sip.sip_payload->pl_len};
}

std::string read_content_type(const sip_t& sip) {
  if (sip.sip_content_type == nullptr) return {};
  return core::to_lower(text_of(sip.sip_content_type->c_type));
}

std::string read_content_params(const sip_t& sip) {
  std::string params;
  if (sip.sip_content_type == nullptr) return params;
  const msg_param_t* param = sip.sip_content_type->c_params;
  for (; param != nullptr && *param != nullptr; ++param) {
    params += ";";
    params += *param;
  }
  return params;
}

template <class Message>
void read_content_into(const sip_t& sip, Message& message) {
  message.content_type = read_content_type(sip);
  message.content_params = read_content_params(sip);
  message.body = payload_of(sip);
}

std::size_t count_vias(const sip_t& sip) {
  std::size_t count = 0;
  for (const sip_via_t* via = sip.sip_via; via != nullptr; via = via->v_next) ++count;
  return count;
}

/// Headers that have a field, or that concern only the hop and the framing.
bool has_field(const msg_hclass_t* header) {
  static const std::array classes = {
      sip_request_class,
      sip_status_class,

      sip_from_class,
      sip_to_class,
      sip_call_id_class,
      sip_contact_class,
      sip_expires_class,
      sip_authorization_class,
      sip_proxy_authorization_class,
      sip_www_authenticate_class,
      sip_proxy_authenticate_class,
      sip_require_class,
      sip_supported_class,
      sip_record_route_class,
      sip_route_class,
      sip_max_forwards_class,
      sip_user_agent_class,
      sip_server_class,
      sip_content_type_class,
      sip_content_length_class,
      sip_separator_class,
      sip_payload_class,
      sip_error_class,
  };
  // These are of classes of our own (message_class.h).
  return header->hc_hash == sip_via_class->hc_hash || header->hc_hash == sip_cseq_class->hc_hash ||
         std::find(classes.begin(), classes.end(), header) != classes.end();
}

constexpr std::size_t kHeadersMax = 64;

/// A folded line (RFC 3261 7.3.1) as one.
std::string unfolded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_break = c == '\r' || c == '\n';
    const bool is_space = c == ' ' || c == '\t';
    if (is_break || (is_space && (out.empty() || out.back() == ' '))) continue;
    out += is_space ? ' ' : c;
  }
  return one_line(out);
}

/// A parsed header's value as text. Sofia's own sip_header_as_string reads past the end of its
/// buffer: an encoder leaves out a last piece that would fill it to the brim, and some end without
/// a NUL. So there is more room than the text needs, and the length that is returned counts.
std::string encoded(const sip_header_t& header) {
  constexpr std::size_t kUsual = 512;
  constexpr std::size_t kSlack = 8;
  const auto* generic = reinterpret_cast<const msg_header_t*>(&header);
  std::string text(kUsual, '\0');
  issize_t size = msg_header_field_e(text.data(), static_cast<isize_t>(text.size()), generic, 0);
  if (size > 0 && static_cast<std::size_t>(size) + kSlack > text.size()) {
    text.assign(static_cast<std::size_t>(size) + kSlack, '\0');
    size = msg_header_field_e(text.data(), static_cast<isize_t>(text.size()), generic, 0);
  }
  text.resize(size > 0 ? std::min(static_cast<std::size_t>(size), text.size()) : 0);
  return text;
}

}  // namespace

std::vector<Header> read_headers(const sip_t& sip) {
  std::vector<Header> headers;
  const auto* header = sip.sip_request != nullptr
                           ? reinterpret_cast<const sip_header_t*>(sip.sip_request)
                           : reinterpret_cast<const sip_header_t*>(sip.sip_status);
  for (; header != nullptr && headers.size() < kHeadersMax;
       header = reinterpret_cast<const sip_header_t*>(header->sh_succ)) {
    if (has_field(header->sh_class)) continue;
    if (header->sh_class == sip_unknown_class) {
      headers.push_back(
          {text_of(header->sh_unknown->un_name), unfolded(text_of(header->sh_unknown->un_value))});
      continue;
    }
    if (header->sh_class->hc_name == nullptr) continue;
    // Sofia takes the text apart as it parses; put together again it is what it means.
    headers.push_back({header->sh_class->hc_name, unfolded(encoded(*header))});
  }
  return headers;
}

Content read_content(const sip_t& sip) {
  std::string body = payload_of(sip);
  // Most have none, and headers concern only what is in it.
  if (body.empty()) return {};
  return {.headers = read_headers(sip),
          .content_type = read_content_type(sip) + read_content_params(sip),
          .body = std::move(body)};
}

Request read_request(const sip_t& sip) {
  Request request;
  request.method_name = text_of(sip.sip_request->rq_method_name);
  request.method = parse_method(request.method_name);
  request.uri = from_sofia(*sip.sip_request->rq_url);
  request.from = read_party(sip.sip_from);
  request.to = read_party(sip.sip_to);
  if (sip.sip_call_id != nullptr) request.call_id = text_of(sip.sip_call_id->i_id);
  if (sip.sip_cseq != nullptr) request.cseq = sip.sip_cseq->cs_seq;
  read_contacts(sip.sip_contact, request.contacts, &request.is_contact_star);
  // Sofia reads a date or garbage as some other time; only delta seconds count (RFC 3261 20.19).
  if (sip.sip_expires != nullptr && sip.sip_expires->ex_date == 0) {
    request.expires =
        static_cast<std::uint32_t>(std::min<unsigned long>(sip.sip_expires->ex_delta, UINT32_MAX));
  }
  request.authorizations = read_auth(sip.sip_authorization);
  request.proxy_authorizations = read_auth(sip.sip_proxy_authorization);
  request.require = read_list(sip.sip_require);
  request.supported = read_list(sip.sip_supported);
  request.record_routes = read_routes(sip.sip_record_route);
  request.routes = read_routes(sip.sip_route);
  if (sip.sip_max_forwards != nullptr) {
    request.max_forwards = static_cast<std::uint32_t>(sip.sip_max_forwards->mf_count);
  }
  if (sip.sip_user_agent != nullptr) request.user_agent = text_of(sip.sip_user_agent->g_string);
  request.via_count = count_vias(sip);
  read_content_into(sip, request);
  request.headers = read_headers(sip);
  return request;
}

Response read_response(const sip_t& sip) {
  Response response;
  if (sip.sip_status != nullptr) {
    response.status = sip.sip_status->st_status;
    response.phrase = text_of(sip.sip_status->st_phrase);
  }
  response.to = read_party(sip.sip_to);
  if (sip.sip_cseq != nullptr) response.cseq = sip.sip_cseq->cs_seq;
  read_contacts(sip.sip_contact, response.contacts, nullptr);
  response.authenticates = read_auth(sip.sip_www_authenticate);
  for (std::string& value : read_auth(sip.sip_proxy_authenticate)) {
    response.authenticates.push_back(std::move(value));
  }
  response.require = read_list(sip.sip_require);
  response.supported = read_list(sip.sip_supported);
  if (sip.sip_user_agent != nullptr) response.user_agent = text_of(sip.sip_user_agent->g_string);
  if (sip.sip_server != nullptr) response.user_agent = text_of(sip.sip_server->g_string);
  read_content_into(sip, response);
  response.headers = read_headers(sip);
  return response;
}

std::optional<os::Address> address_of(msg_t* message) {
  const su_sockaddr_t* from = msg_addr(message);
  if (from->su_family != AF_INET6) return os::Address::from_raw(from->su_sa, sizeof(sockaddr_in));
  sockaddr_in6 address = from->su_sin6;
  address.sin6_scope_id = 0;
  return os::Address::from_raw(reinterpret_cast<const sockaddr&>(address), sizeof address);
}

MessageRef parse_datagram(std::string_view bytes) {
  if (bytes.empty()) return nullptr;
  MessageRef message(
      msg_make(message_class(), 0, bytes.data(), static_cast<ssize_t>(bytes.size())));
  if (!message || sip_object(message.get()) == nullptr) return nullptr;
  return message;
}

}  // namespace trunkline::sip
