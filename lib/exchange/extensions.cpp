// SPDX-License-Identifier: MIT
#include "exchange/extensions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/text.h"

namespace trunkline::exchange {
namespace {

using call::Refresher;

/// A phone says one for SIP and one for Q.850; what a stranger may make us repeat is bounded.
constexpr std::size_t kMostReasons = 4;
constexpr std::size_t kLongestReason = 256;

bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& other) {
    return core::equals_ignoring_case(other, word);
  });
}

/// Delta seconds of 32 bits, before any parameters.
std::optional<core::Seconds> parse_seconds(std::string_view text) {
  const auto seconds = core::parse_unsigned(core::trim(text));
  if (!seconds || *seconds > UINT32_MAX) return std::nullopt;
  return core::Seconds(static_cast<std::int64_t>(*seconds));
}

bool allows_update(const std::vector<sip::Header>& headers) {
  const auto allow = sip::find_header(headers, "Allow");
  if (!allow) return false;
  const auto methods = core::split(*allow, ',');
  return std::any_of(methods.begin(), methods.end(),
                     [](std::string_view method) { return core::trim(method) == "UPDATE"; });
}

template <class Message>
call::Extensions read_extensions(const Message& message) {
  call::Extensions says{
      .has_update = allows_update(message.headers),
      .has_100rel = has_word(message.supported, "100rel"),
      .needs_100rel = has_word(message.require, "100rel"),
      .has_timer = has_word(message.supported, "timer") || has_word(message.require, "timer")};
  if (says.needs_100rel) says.has_100rel = true;
  if (const auto expires = sip::find_header(message.headers, "Session-Expires")) {
    says.session = parse_session_expires(*expires);
    says.session.least = least_session_of(message.headers);
  }
  return says;
}

}  // namespace

call::Extensions extensions_of(const sip::Request& request) {
  return read_extensions(request);
}

call::Extensions extensions_of(const sip::Response& response) {
  return read_extensions(response);
}

call::SessionTerms parse_session_expires(std::string_view value) {
  const auto pieces = core::split(value, ';');
  const auto interval = parse_seconds(pieces.front());
  if (!interval) return {};
  call::SessionTerms terms{.expires = *interval};
  for (const std::string_view piece : pieces) {
    const auto sides = core::split(piece, '=');
    if (sides.size() != 2 || !core::equals_ignoring_case(core::trim(sides[0]), "refresher")) {
      continue;
    }
    const std::string_view refresher = core::trim(sides[1]);
    if (core::equals_ignoring_case(refresher, "uac")) terms.refresher = Refresher::asker;
    if (core::equals_ignoring_case(refresher, "uas")) terms.refresher = Refresher::answerer;
  }
  return terms;
}

core::Seconds least_session_of(const std::vector<sip::Header>& headers) {
  const auto least = sip::find_header(headers, "Min-SE");
  if (!least) return core::Seconds(0);
  return parse_seconds(core::split(*least, ';').front()).value_or(core::Seconds(0));
}

call::Reasons reasons_of(const std::vector<sip::Header>& headers) {
  call::Reasons reasons{.q850_cause = sip::q850_cause(headers), .values = {}};
  for (const sip::Header& header : headers) {
    const bool is_reason = core::equals_ignoring_case(header.name, "Reason");
    if (!is_reason || header.value.empty() || header.value.size() > kLongestReason) continue;
    if (reasons.values.size() < kMostReasons) reasons.values.push_back(header.value);
  }
  return reasons;
}

std::vector<sip::Header> session_headers(const call::SessionTerms& session, bool has_100rel) {
  std::vector<sip::Header> headers{{"Supported", has_100rel ? "timer, 100rel" : "timer"}};
  if (session.expires == core::Seconds(0)) return headers;
  std::string expires = std::to_string(session.expires.count());
  if (session.refresher == Refresher::asker) expires += ";refresher=uac";
  if (session.refresher == Refresher::answerer) expires += ";refresher=uas";
  headers.push_back({"Session-Expires", std::move(expires)});
  if (session.least > core::Seconds(0)) headers.push_back(min_se(session.least));
  if (session.is_required) headers.push_back({"Require", "timer"});
  return headers;
}

sip::Header min_se(core::Seconds least) {
  return {"Min-SE", std::to_string(least.count())};
}

std::vector<sip::Header> reason_headers(int q850_cause, std::string_view text,
                                        const std::vector<std::string>& passed_on) {
  std::vector<sip::Header> headers;
  headers.reserve(passed_on.size() + 1);
  for (const std::string& value : passed_on) headers.push_back({"Reason", value});
  // RFC 3326 section 2: one value a protocol.
  if (!sip::q850_cause(headers)) headers.push_back(sip::reason_q850(q850_cause, text));
  return headers;
}

}  // namespace trunkline::exchange
