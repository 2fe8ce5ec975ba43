// SPDX-License-Identifier: MIT
#pragma once

// Hands mails to Postmark by its HTTP API, for sites without a mail server of their own. Each
// recipient gets a mail of his own, and several go in one request.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "core/time.h"
#include "http/client.h"
#include "http/mail.h"

namespace trunkline::http {

struct PostmarkServer {
  std::string url = "https://api.postmarkapp.com";
  core::Secret token = {};  ///< of what Postmark calls a server
  std::string stream = "outbound";
  core::Milliseconds connect_timeout{10'000};
  core::Milliseconds timeout{60'000};  ///< of one request
  /// PEM file instead of the system's authorities.
  std::filesystem::path authorities = {};
};

class Postmark {
 public:
  explicit Postmark(PostmarkServer server);

  /// One result a recipient, in their order.
  [[nodiscard]] std::vector<core::Result<void>> deliver(const Mail& mail,
                                                        std::span<const MailAddress> recipients);

 private:
  core::Result<Response> post(std::string batch);

  PostmarkServer server_;
  Client client_;
};

}  // namespace trunkline::http
