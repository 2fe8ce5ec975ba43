// SPDX-License-Identifier: MIT
#pragma once

// Sends mails the way the configuration says: to a mail server (smtp.h) or to Postmark
// (postmark.h). Who has something to mail does not see which.
//
// Faults of send(): try_again = put off (SMTP 4xx, HTTP 429 and 5xx); no_permission = refused, the
// login too: sending it again is of no use; unavailable, protocol, io = there was nobody, or the
// conversation broke.

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"
#include "http/mail.h"
#include "http/postmark.h"
#include "http/smtp.h"

namespace trunkline::http {

using MailServer = std::variant<SmtpServer, PostmarkServer>;

/// Whether mail.* says where mail goes; otherwise none is sent.
bool has_mail_server(const config::Config& config);
/// What mail.* says; nothing without has_mail_server(). Faults: a file of mail.password_file that
/// cannot be read, a password or token that would go in clear (config).
[[nodiscard]] core::Result<std::optional<MailServer>> mail_server(const config::Config& config);
/// mail.from with mail.from_name; where it is empty trunkline@ this host.
[[nodiscard]] core::Result<MailAddress> mail_sender(const config::Config& config);
/// mail.to: the administrators.
[[nodiscard]] core::Result<std::vector<MailAddress>> mail_administrators(
    const config::Config& config);
/// For hints: the commands that are missing until administrators get mail.
std::string missing_mail_settings(const config::Config& config);

struct Undelivered {
  MailAddress to;
  core::Fault fault;
};

/// Whether trying again later is of use.
bool is_worth_another_try(const core::Fault& fault);

class Mailer {
 public:
  explicit Mailer(MailServer server);

  /// To one of those it is addressed to, or to anybody else (a blind copy).
  [[nodiscard]] core::Result<void> send(const Mail& mail, const MailAddress& recipient);
  /// To each of mail.to apart, so that one whose address is stale does not keep it from the others.
  /// Returns those who did not get it.
  std::vector<Undelivered> send(const Mail& mail);

 private:
  std::vector<Undelivered> deliver(const Mail& mail, std::span<const MailAddress> recipients);

  std::variant<Smtp, Postmark> way_;
};

}  // namespace trunkline::http
