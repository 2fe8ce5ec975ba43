// SPDX-License-Identifier: MIT
#include "sip/request_line.h"

#include <algorithm>

#include "core/text.h"

namespace trunkline::sip {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// RFC 3261 25.1: "SIP" "/" 1*DIGIT "." 1*DIGIT, in whatever case.
bool is_version(std::string_view text) {
  constexpr std::string_view kName = "SIP/";
  if (text.size() <= kName.size()) return false;
  if (!core::equals_ignoring_case(text.substr(0, kName.size()), kName)) return false;
  const std::string_view numbers = text.substr(kName.size());
  const std::size_t dot = numbers.find('.');
  return dot != std::string_view::npos && is_number(numbers.substr(0, dot)) &&
         is_number(numbers.substr(dot + 1));
}

constexpr std::string_view kSpaces = " \t";

}  // namespace

bool is_token(std::string_view text) {
  constexpr std::string_view kExtras = "-.!%*_+`'~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kExtras.find(c) != std::string_view::npos;
  });
}

std::optional<RequestLine> split_request_line(std::string_view line) {
  const std::string_view trimmed = core::trim(line);
  const std::size_t first = trimmed.find_first_of(kSpaces);
  const std::size_t last = trimmed.find_last_of(kSpaces);
  if (first == std::string_view::npos) return std::nullopt;
  RequestLine parts{
      .method = trimmed.substr(0, first), .uri = {}, .version = trimmed.substr(last + 1)};
  if (!is_token(parts.method) || !is_version(parts.version)) return std::nullopt;
  if (first < last) parts.uri = trimmed.substr(first + 1, last - first - 1);
  parts.is_broken = trimmed.size() != line.size() || trimmed[first] != ' ' ||
                    trimmed[last] != ' ' || parts.uri.empty() ||
                    parts.uri.find_first_of(kSpaces) != std::string_view::npos;
  if (parts.is_broken) parts.uri = {};
  return parts;
}

}  // namespace trunkline::sip
