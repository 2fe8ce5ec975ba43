// SPDX-License-Identifier: MIT
#pragma once

// Hands mails to a mail server (SMTP, RFC 5321). Over TLS, whose certificate is verified, unless
// the server is this host or the operator says otherwise; a password never goes in clear.
//
// Faults of send(): try_again = the server said 4xx; no_permission = it said 5xx, or refused the
// login: sending it again is of no use; unavailable, protocol, io = it was not reached, or the
// conversation broke.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"
#include "http/handle.h"
#include "http/mail.h"

namespace trunkline::http {

struct MailServer {
  enum class Tls : std::uint8_t {
    starttls,   ///< required: without it nothing is sent
    immediate,  ///< from the first byte (port 465)
    none
  };
  std::string host;
  core::Port port{587};
  Tls tls = Tls::starttls;
  std::string user = {};  ///< empty: no login
  core::Secret password = {};
  core::Milliseconds connect_timeout{10'000};
  core::Milliseconds timeout{60'000};  ///< of one mail
  /// PEM file instead of the system's authorities.
  std::filesystem::path authorities = {};
};

/// What mail.* says; nothing where mail.host is empty: no mail is sent. Faults: a password file
/// that cannot be read, a login without TLS (config).
[[nodiscard]] core::Result<std::optional<MailServer>> mail_server(const config::Config& config);
/// mail.from with mail.from_name; where it is empty trunkline@ this host.
[[nodiscard]] core::Result<MailAddress> mail_sender(const config::Config& config);
/// mail.to: the administrators.
[[nodiscard]] core::Result<std::vector<MailAddress>> mail_administrators(
    const config::Config& config);

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
  /// To each of mail.to in a transaction of its own, so that one whose address is stale does not
  /// keep it from the others. Returns those who did not get it.
  std::vector<Undelivered> send(const Mail& mail);

 private:
  core::Result<void> hand_over(const Mail& mail, const std::string& message,
                               const MailAddress& recipient);

  MailServer server_;
  Handle handle_;
};

}  // namespace trunkline::http
