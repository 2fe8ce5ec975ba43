// SPDX-License-Identifier: MIT
#include "http/postmark_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/bytes.h"
#include "core/text.h"
#include "http/mail_text.h"

namespace trunkline::http {
namespace {

/// Of what Postmark says: a line of a log.
constexpr std::size_t kLongestReason = 300;

/// With the name as it is: Postmark encodes it.
std::string quoted_address(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  std::string quoted;
  for (const char c : without_controls(address.name)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("\"{}\" <{}>", quoted, address.address);
}

core::Json headers_of(const Mail& mail) {
  core::Json headers = core::Json::array();
  const auto add = [&headers](std::string_view name, std::string_view value) {
    headers.push_back({{"Name", name}, {"Value", without_controls(value)}});
  };
  if (!mail.message_id.empty()) {
    add("Message-ID", mail.message_id);
    // Else Postmark puts one of its own in its place.
    add("X-PM-KeepID", "true");
  }
  for (const auto& [name, value] : mail.headers)
    if (is_header_name(name)) add(name, value);
  return headers;
}

std::string reason_of(std::string_view message) {
  std::string reason = core::printable(core::trim(without_controls(message)));
  while (reason.ends_with('.')) reason.pop_back();
  if (reason.size() <= kLongestReason) return reason;
  std::size_t end = kLongestReason;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
  return reason.substr(0, end) + "...";
}

enum ErrorCode : std::int64_t {
  kBadToken = 10,
  kMaintenance = 100,
  kSenderUnknown = 400,
  kSenderUnconfirmed = 401,
  kNotAllowed = 405,  ///< no credits are left, among others
  kInactiveRecipient = 406,
  kAccountPending = 412,
  kAccountBlocked = 413,
  kTooFast = 429
};

std::string hint_of(std::int64_t code) {
  switch (code) {
    case kBadToken:
      return "mail.password_file must hold the token of a Postmark server: its page API Tokens";
    case kSenderUnknown:
    case kSenderUnconfirmed:
      return "confirm the sender or its domain in Postmark (Sender Signatures), or trunkline "
             "config set mail.from ADDRESS";
    case kNotAllowed:
    case kAccountPending:
    case kAccountBlocked:
      return "see what is wrong with the account: https://account.postmarkapp.com";
    case kInactiveRecipient:
      return "it bounced or complained before; reactivate it in Postmark: the stream's "
             "Suppressions";
    default:
      return {};
  }
}

bool is_passing(int status) {
  return status == 408 || status == 429 || status >= 500;
}

core::Fault refusal(std::int64_t code, std::string_view message) {
  const bool passes = code == kMaintenance || code == kTooFast;
  const std::string reason = reason_of(message);
  return {passes ? core::ExitCode::try_again : core::ExitCode::no_permission,
          fmt::format("Postmark said {}{}{}", code, reason.empty() ? "" : ": ", reason),
          hint_of(code)};
}

core::Fault not_understood(std::string_view why) {
  return {core::ExitCode::protocol, fmt::format("its answer is not Postmark's: {}", why),
          "is mail.postmark_url right?"};
}

std::optional<std::int64_t> error_code(const core::Json& answer) {
  if (!answer.is_object()) return std::nullopt;
  const auto found = answer.find("ErrorCode");
  if (found == answer.end() || !found->is_number_integer()) return std::nullopt;
  return core::number_at(answer, "ErrorCode", -1);
}

/// Of one mail of a batch that was taken as a whole.
core::Result<void> judge_item(const core::Json& item) {
  const auto code = error_code(item);
  if (!code) return tl::unexpected(not_understood("a mail without an ErrorCode"));
  if (*code == 0) return {};
  return tl::unexpected(refusal(*code, core::text_at(item, "Message")));
}

/// Of a request that failed as a whole. Its body is JSON unless somebody between answered.
core::Fault judge_failure(int status, std::string_view body) {
  constexpr int kUnauthorized = 401;
  const auto answer = core::parse_json(body);
  const auto code = answer ? error_code(*answer) : std::nullopt;
  core::Fault fault{core::ExitCode::no_permission, fmt::format("it answered HTTP {}", status), {}};
  if (code && *code != 0) fault = refusal(*code, core::text_at(*answer, "Message"));
  if (is_passing(status)) fault.code = core::ExitCode::try_again;
  if (status == kUnauthorized) fault.hint = hint_of(kBadToken);
  const bool is_elsewhere = fault.hint.empty() && (status < 400 || status == 404);
  if (is_elsewhere) fault.hint = "is mail.postmark_url right?";
  return fault;
}

}  // namespace

core::Json to_postmark(const Mail& mail, const MailAddress& recipient, std::string_view stream) {
  core::Json json{{"From", quoted_address(mail.from)},
                  {"To", quoted_address(recipient)},
                  {"Subject", without_controls(mail.subject)}};
  // Without a body it is refused.
  const bool is_empty = mail.text.empty() && mail.html.empty();
  if (is_empty || !mail.text.empty()) json["TextBody"] = is_empty ? mail.subject : mail.text;
  if (!mail.html.empty()) json["HtmlBody"] = mail.html;
  json["Headers"] = headers_of(mail);
  // Nothing is added to what we say, whatever the Postmark server's own settings are.
  json["TrackOpens"] = false;
  json["TrackLinks"] = "None";
  if (!stream.empty()) json["MessageStream"] = stream;
  for (const Attachment& attachment : mail.attachments)
    json["Attachments"].push_back({{"Name", attachment_name(attachment.name)},
                                   {"Content", core::to_base64(core::as_bytes(attachment.bytes))},
                                   {"ContentType", attachment_type(attachment.type)}});
  return json;
}

std::vector<core::Result<void>> judge_postmark(int status, std::string_view body,
                                               std::size_t count) {
  const auto all = [count](core::Fault fault) {
    return std::vector<core::Result<void>>(count, tl::unexpected(std::move(fault)));
  };
  if (status < 200 || status >= 300) return all(judge_failure(status, body));
  const auto answer = core::parse_json(body);
  if (!answer) return all(not_understood(answer.error().message));
  if (!answer->is_array()) return all(not_understood("no list of results"));
  if (answer->size() != count)
    return all(not_understood(fmt::format("{} results for {} mails", answer->size(), count)));
  std::vector<core::Result<void>> results;
  for (const core::Json& item : *answer) results.push_back(judge_item(item));
  return results;
}

}  // namespace trunkline::http
