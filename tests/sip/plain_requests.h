// SPDX-License-Identifier: MIT
#pragma once

// Compares requests as two parsers read them, and makes variants of one.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

#include "sip/message.h"

namespace trunkline::sip_test {

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  if (const auto at = text.find(from); !from.empty() && at != std::string::npos) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Every field but the flow, one a line, so that a test can say which differs.
inline std::vector<std::string> fields_of(const sip::Request& request) {
  const auto party = [](const sip::Party& of) {
    return fmt::format("'{}' {} {}", of.display_name, of.uri.text(), of.tag);
  };
  const auto number = [](const auto& of) { return of ? std::to_string(*of) : "none"; };
  std::vector<std::string> fields = {
      fmt::format("method {} {}", static_cast<int>(request.method), request.method_name),
      "uri " + request.uri.text(),
      "from " + party(request.from),
      "to " + party(request.to),
      fmt::format("id {} {}", request.call_id, request.cseq),
      fmt::format("star {}", request.is_contact_star),
      "expires " + number(request.expires),
      fmt::format("auth {}", fmt::join(request.authorizations, "|")),
      fmt::format("proxy {}", fmt::join(request.proxy_authorizations, "|")),
      fmt::format("require {}", fmt::join(request.require, "|")),
      fmt::format("supported {}", fmt::join(request.supported, "|")),
      fmt::format("record-routes {}", fmt::join(request.record_routes, "|")),
      fmt::format("routes {}", fmt::join(request.routes, "|")),
      "max-forwards " + number(request.max_forwards),
      "agent " + request.user_agent,
      fmt::format("vias {}", request.via_count),
      fmt::format("body {} {} {}", request.content_type, request.content_params, request.body),
  };
  for (const sip::Contact& contact : request.contacts) {
    fields.push_back(fmt::format("contact '{}' {} {} q={} {} {}", contact.display_name,
                                 contact.uri.text(), number(contact.expires), contact.q,
                                 contact.instance, contact.reg_id));
  }
  for (const sip::Header& header : request.headers) {
    fields.push_back(fmt::format("header {}: {}", header.name, header.value));
  }
  return fields;
}

/// The first field that differs, both ways; "" where none does.
inline std::string difference(const sip::Request& left, const sip::Request& right) {
  const auto mine = fields_of(left);
  const auto theirs = fields_of(right);
  for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
    const std::string& one = i < mine.size() ? mine[i] : "nothing";
    const std::string& other = i < theirs.size() ? theirs[i] : "nothing";
    if (one != other) return one + " / " + other;
  }
  return {};
}

}  // namespace trunkline::sip_test
