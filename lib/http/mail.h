// SPDX-License-Identifier: MIT
#pragma once

// A mail as a value, and the message (RFC 5322, MIME) it becomes. Pure: dates, ids and boundaries
// are given, so that a message is exact text in tests. mailer.h sends it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace trunkline::http {

struct MailAddress {
  std::string address;    ///< "alice@example.org"
  std::string name = {};  ///< "Alice Example"
  bool operator==(const MailAddress&) const = default;
};
/// "alice@example.org" or "Alice Example <alice@example.org>". ASCII, no spaces, controls or angle
/// brackets in the address: nothing that could end an SMTP command. A fault has the code data.
[[nodiscard]] core::Result<MailAddress> parse_mail_address(std::string_view text);
/// As a header shows it.
std::string to_header(const MailAddress& address);

struct Attachment {
  std::string name;  ///< "report.csv"
  std::string type;  ///< "text/csv; charset=utf-8"
  std::string bytes;
};

struct Mail {
  MailAddress from = {};
  std::vector<MailAddress> to = {};
  std::string subject = {};
  std::string text = {};
  std::string html = {};  ///< the same for readers that show it; empty: none
  std::vector<Attachment> attachments = {};
  /// Further headers: {"Auto-Submitted", "auto-generated"}.
  std::vector<std::pair<std::string, std::string>> headers = {};
  core::Time date = {};
  /// "<...@host>"; make_message_id() gives a fresh one. The same mail to several has one.
  std::string message_id = {};
};

/// Unique, in the domain of `from`.
std::string make_message_id(const MailAddress& from, core::Time now);

/// The message with CRLF line ends, without the dots that SMTP doubles. `boundary` must be in no
/// part of it: make_boundary().
std::string compose(const Mail& mail, std::string_view boundary);
std::string make_boundary(core::Time now);

}  // namespace trunkline::http
