// SPDX-License-Identifier: MIT
#include "sip/header_text.h"

#include <algorithm>

#include "core/text.h"

namespace trunkline::sip {

std::string unquoted(std::string_view text) {
  const std::string_view view = core::trim(text);
  if (view.size() < 2 || view.front() != '"' || view.back() != '"') return std::string(view);
  std::string out;
  for (std::size_t i = 1; i + 1 < view.size(); ++i) {
    if (view[i] == '\\' && i + 2 < view.size()) ++i;
    out += view[i];
  }
  return out;
}

std::string_view uri_of(std::string_view address) {
  const std::string_view first = split_value(address, ';').front();
  const auto open = first.rfind('<');
  if (open == std::string_view::npos) return first;
  return first.substr(open + 1, first.find('>', open) - open - 1);
}

std::vector<std::string_view> split_value(std::string_view value, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  bool is_quoted = false;
  bool is_bracketed = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_quoted && c == '\\') {
      ++i;
    } else if (c == '"' && !is_bracketed) {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == '<' || c == '>')) {
      is_bracketed = c == '<';
    } else if (c == separator && !is_quoted && !is_bracketed) {
      pieces.push_back(core::trim(value.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  pieces.push_back(core::trim(value.substr(begin)));
  return pieces;
}

Parametrised::Parametrised(std::string_view value) : params(split_value(value, ';')) {
  word = core::to_lower(params.front());
  params.erase(params.begin());
}

std::optional<std::string> Parametrised::param(std::string_view name) const {
  for (const std::string_view piece : params) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    if (!core::equals_ignoring_case(core::trim(piece.substr(0, equals)), name)) continue;
    return unquoted(piece.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace trunkline::sip
