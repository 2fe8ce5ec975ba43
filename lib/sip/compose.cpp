// SPDX-License-Identifier: MIT
#include "sip/compose.h"

#include <algorithm>

#include "core/text.h"
#include "sip/plain_values.h"
#include "sip/request_line.h"

namespace trunkline::sip {

namespace {

std::string quoted_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  append_one_line(out, text);
  return out;
}

void append_one_line(std::string& out, std::string_view text) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out += text;
  if (is_plain_text(text)) return;
  std::replace_if(
      out.begin() + begin, out.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }, ' ');
}

std::string party_text(const Party& party) {
  std::string out;
  if (!party.display_name.empty()) out = quoted_string(party.display_name) + " ";
  out += "<" + one_line(party.uri.text()) + ">";
  if (!party.tag.empty()) out += ";tag=" + one_line(party.tag);
  return out;
}

Composed::Composed(const Content& content) {
  sip_status_init(status_);
  fill(content);
}

Composed::Composed(const Reply& reply) {
  sip_status_init(status_);
  fill(reply.content);
  // Sofia keeps a phrase that it is given as text, but copies a status.
  const char* known = sip_status_phrase(reply.status);
  const std::string_view usual = usual_phrase(reply.status);
  if ((known == nullptr || usual != known) || (!reply.phrase.empty() && reply.phrase != usual)) {
    phrase_ = one_line(reply.phrase.empty() ? usual : reply.phrase);
    status_->st_version = sip_version_2_0;
    status_->st_status = reply.status;
    status_->st_phrase = phrase_.c_str();
  }
}

void Composed::fill(const Content& content) {
  for (const Header& header : content.headers) {
    if (!is_token(header.name)) continue;
    headers_ += header.name;
    headers_ += ": ";
    append_one_line(headers_, core::trim(header.value));
    headers_ += "\r\n";
  }
  content_type_ = one_line(content.content_type);
  body_ = content.body;
  sip_payload_init(payload_);
  payload_->pl_data = body_.data();
  payload_->pl_len = static_cast<usize_t>(body_.size());
}

}  // namespace trunkline::sip
