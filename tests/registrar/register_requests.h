// SPDX-License-Identifier: MIT
#pragma once

// REGISTER requests as a phone sends them, and what the answers to them say.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sip/message.h"
#include "support/fake_clock.h"

namespace trunkline::registrar_test {

using Texts = std::vector<std::string>;

inline const core::Time kNow = test::FakeClock().wall();  // 2026-11-21T08:00:00Z

inline sip::Contact contact(std::string_view uri, std::optional<std::uint32_t> expires = {}) {
  return {.uri = *sip::Uri::parse(uri), .expires = expires};
}

/// Straight from a phone.
inline sip::Request request(std::vector<sip::Contact> contacts, std::uint32_t cseq = 1) {
  sip::Request request;
  request.method = sip::Method::register_;
  request.method_name = "REGISTER";
  request.call_id = "call-1";
  request.cseq = cseq;
  request.contacts = std::move(contacts);
  request.via_count = 1;
  request.user_agent = "phone/1";
  request.flow = {.peer = {"192.0.2.7", 40000}, .local = {"192.0.2.1", 5060}};
  return request;
}

/// The values of the answer's headers of that name.
inline Texts headers(const sip::Reply& reply, std::string_view name) {
  Texts values;
  for (const sip::Header& header : reply.content.headers) {
    if (header.name == name) values.push_back(header.value);
  }
  return values;
}

}  // namespace trunkline::registrar_test
