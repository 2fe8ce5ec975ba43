// SPDX-License-Identifier: MIT
#pragma once

// Hands mails to a mail server by SMTP (RFC 5321). Over TLS, whose certificate is verified, unless
// the server is this host or the operator says otherwise; a password never goes in clear.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/strong.h"
#include "core/time.h"
#include "http/handle.h"
#include "http/mail.h"

namespace trunkline::http {

struct SmtpServer {
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

class Smtp {
 public:
  explicit Smtp(SmtpServer server);

  /// To each in a transaction of its own: one result a recipient, in their order.
  [[nodiscard]] std::vector<core::Result<void>> deliver(const Mail& mail,
                                                        std::span<const MailAddress> recipients);

 private:
  core::Result<void> hand_over(const Mail& mail, const std::string& message,
                               const MailAddress& recipient);

  SmtpServer server_;
  Handle handle_;
};

}  // namespace trunkline::http
