// SPDX-License-Identifier: MIT
#include "http/mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "core/uuid.h"
#include "http/mail_text.h"

namespace trunkline::http {
namespace {

/// RFC 5321 4.5.3.1.3: a path has at most 256 octets, angle brackets included.
constexpr std::size_t kLongestAddress = 254;

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  if (text.size() > kLongestAddress) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' &&
           c != '\\' && c != '(' && c != ')';
  });
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    return text.substr(1, text.size() - 2);
  return text;
}

std::string part(std::string_view type, std::string_view encoding, std::string_view body,
                 std::string_view disposition = {}) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: {}\r\n{}\r\n{}", type,
                     encoding, disposition, body);
}

std::string text_part(std::string_view subtype, std::string_view text) {
  return part(fmt::format("text/{}; charset=utf-8", subtype), "quoted-printable",
              quoted_printable(text));
}

std::string attachment_part(const Attachment& attachment) {
  return part(attachment_type(attachment.type), "base64",
              base64_lines(core::as_bytes(attachment.bytes)),
              fmt::format("Content-Disposition: attachment; filename=\"{}\"\r\n",
                          attachment_name(attachment.name)));
}

std::string multipart(std::string_view kind, const std::vector<std::string>& parts,
                      std::string_view boundary) {
  std::string body =
      fmt::format("Content-Type: multipart/{}; boundary=\"{}\"\r\n\r\n", kind, boundary);
  for (const std::string& each : parts) body += fmt::format("--{}\r\n{}\r\n", boundary, each);
  return body + fmt::format("--{}--\r\n", boundary);
}

std::string body_of(const Mail& mail, std::string_view boundary) {
  std::string words = text_part("plain", mail.text);
  if (!mail.html.empty())
    words = multipart("alternative", {words, text_part("html", mail.html)},
                      fmt::format("{}-words", boundary));
  if (mail.attachments.empty()) return words;
  std::vector<std::string> parts{words};
  for (const Attachment& attachment : mail.attachments)
    parts.push_back(attachment_part(attachment));
  return multipart("mixed", parts, boundary);
}

}  // namespace

core::Result<MailAddress> parse_mail_address(std::string_view text) {
  const std::string_view whole = core::trim(text);
  MailAddress parsed;
  const auto bracket = whole.rfind('<');
  if (bracket != std::string_view::npos && whole.ends_with('>')) {
    parsed.address = whole.substr(bracket + 1, whole.size() - bracket - 2);
    parsed.name = unquoted(core::trim(whole.substr(0, bracket)));
  } else {
    parsed.address = whole;
  }
  if (!is_address(parsed.address))
    return core::fault(core::ExitCode::data,
                       fmt::format("cannot read mail address '{}'", core::printable(text)),
                       "write it as alice@example.org or Alice Example <alice@example.org>");
  return parsed;
}

std::string to_header(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  return fmt::format("{} <{}>", header_phrase(address.name), address.address);
}

std::string make_message_id(const MailAddress& from, core::Time now) {
  const auto at = from.address.rfind('@');
  return fmt::format("<{}@{}>", core::Uuid::make(now).text(),
                     at == std::string::npos ? "localhost" : from.address.substr(at + 1));
}

std::string make_boundary(core::Time now) {
  return fmt::format("=_{}", core::Uuid::make(now).text());
}

std::string compose(const Mail& mail, std::string_view boundary) {
  std::vector<std::string> to;
  for (const MailAddress& address : mail.to) to.push_back(to_header(address));
  std::string message = fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: {}\r\n", header_date(mail.date),
      to_header(mail.from), to.empty() ? "undisclosed-recipients:;" : core::join(to, ",\r\n "),
      header_text("Subject", mail.subject), header_text("Message-ID", mail.message_id));
  for (const auto& [name, value] : mail.headers)
    if (is_header_name(name)) message += fmt::format("{}: {}\r\n", name, header_text(name, value));
  return message + "MIME-Version: 1.0\r\n" + body_of(mail, boundary);
}

}  // namespace trunkline::http
