// SPDX-License-Identifier: MIT
#include "sip/message.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.h"
#include "sip/sofia.h"

namespace trunkline::sip {

namespace {

constexpr std::array<std::pair<Method, std::string_view>, 14> kMethods = {{
    {Method::invite, "INVITE"},
    {Method::ack, "ACK"},
    {Method::cancel, "CANCEL"},
    {Method::bye, "BYE"},
    {Method::options, "OPTIONS"},
    {Method::register_, "REGISTER"},
    {Method::info, "INFO"},
    {Method::prack, "PRACK"},
    {Method::update, "UPDATE"},
    {Method::message, "MESSAGE"},
    {Method::subscribe, "SUBSCRIBE"},
    {Method::notify, "NOTIFY"},
    {Method::refer, "REFER"},
    {Method::publish, "PUBLISH"},
}};

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string_view name_of(Method method) {
  for (const auto& [known, name] : kMethods) {
    if (known == method) return name;
  }
  return "";
}

Method parse_method(std::string_view name) {
  // RFC 3261 7.1: method names are case-sensitive.
  for (const auto& [method, known] : kMethods) {
    if (known == name) return method;
  }
  return Method::other;
}

std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (core::equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::string_view usual_phrase(int status) {
  const char* phrase = sip_status_phrase(status);
  return phrase != nullptr && *phrase != '\0' ? phrase : "Unknown";
}

Header reason_q850(int cause, std::string_view text) {
  std::string value = fmt::format("Q.850;cause={}", cause);
  if (!text.empty()) value += fmt::format(";text=\"{}\"", quoted(text));
  return {"Reason", std::move(value)};
}

Header reason_sip(int status, std::string_view text) {
  std::string value = fmt::format("SIP;cause={}", status);
  if (!text.empty()) value += fmt::format(";text=\"{}\"", quoted(text));
  return {"Reason", std::move(value)};
}

std::optional<int> q850_cause(const std::vector<Header>& headers) {
  for (const Header& header : headers) {
    if (!core::equals_ignoring_case(header.name, "Reason")) continue;
    for (const std::string_view reason : core::split(header.value, ',')) {
      const auto pieces = core::split(reason, ';');
      if (!core::equals_ignoring_case(core::trim(pieces.front()), "Q.850")) continue;
      for (const std::string_view piece : pieces) {
        const std::string_view param = core::trim(piece);
        if (!core::equals_ignoring_case(param.substr(0, 6), "cause=")) continue;
        const auto cause = core::parse_unsigned(core::trim(param.substr(6)));
        if (cause && *cause <= 127) return static_cast<int>(*cause);
      }
    }
  }
  return std::nullopt;
}

}  // namespace trunkline::sip
