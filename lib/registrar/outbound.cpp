// SPDX-License-Identifier: MIT
#include "registrar/outbound.h"

#include <algorithm>

#include "core/text.h"
#include "sip/header_text.h"

namespace trunkline::registrar {
namespace {

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& other) {
    return core::equals_ignoring_case(other, word);
  });
}

bool is_bound(const sip::Request& request, const sip::Contact& contact) {
  return contact.expires.value_or(request.expires.value_or(1)) > 0;
}

bool has_flow(const sip::Contact& contact) {
  return !contact.instance.empty() && !contact.reg_id.empty();
}

/// Only the proxy that has the phone's flow says ;ob (section 5.1).
bool keeps_flows(const std::string& route) {
  const auto uri = sip::Uri::parse(sip::uri_of(route));
  return uri && uri->param("ob").has_value();
}

}  // namespace

bool knows_extension(const sip::Request& request, std::string_view extension) {
  return has_word(request.supported, extension) || has_word(request.require, extension);
}

std::vector<std::string> path_of(const sip::Request& request) {
  std::vector<std::string> path;
  for (const sip::Header& header : request.headers) {
    if (!core::equals_ignoring_case(header.name, "Path")) continue;
    for (const std::string_view route : sip::split_value(header.value, ',')) {
      if (!route.empty()) path.emplace_back(route);
    }
  }
  return path;
}

bool is_outbound(const sip::Request& request) {
  return knows_extension(request, "outbound") &&
         std::any_of(request.contacts.begin(), request.contacts.end(),
                     [&](const sip::Contact& contact) {
                       return has_flow(contact) && is_bound(request, contact);
                     });
}

std::optional<sip::Reply> refusal_of_outbound(const sip::Request& request) {
  if (!is_outbound(request)) return std::nullopt;
  const auto bound =
      std::count_if(request.contacts.begin(), request.contacts.end(),
                    [&](const sip::Contact& contact) { return is_bound(request, contact); });
  if (bound > 1) return sip::Reply{.status = 400, .phrase = "One Contact a Flow"};
  const bool is_first_hop = request.via_count <= 1;
  const auto path = path_of(request);
  if (is_first_hop || std::any_of(path.begin(), path.end(), keeps_flows)) return std::nullopt;
  return sip::Reply{.status = 439, .phrase = "First Hop Lacks Outbound Support"};
}

}  // namespace trunkline::registrar
