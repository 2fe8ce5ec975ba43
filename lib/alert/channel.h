// SPDX-License-Identifier: MIT
#pragma once

// The ways an alert goes to people: one row each in channels(), in channel.cpp. A channel says from
// the configuration whom it has to tell, hands one message to one of them, and how often it is
// tried until it is given up. A new channel is a file and a row; the contract test runs over every
// row.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "config/config.h"
#include "core/json.h"

namespace trunkline::alert {

struct Channel {
  std::string_view name;  ///< "mail"
  /// Addresses or URLs; none where nothing is configured. Throws core::Error for settings that
  /// cannot be.
  std::vector<std::string> (*targets)(const config::Config& config);
  /// Hands it over. is_worth_another_try() of the fault says whether to try again.
  core::Result<void> (*send)(const config::Config& config, const std::string& target,
                             const Message& message);
  /// From the first try to the second, third, ...; after as many tries more it is given up.
  std::span<const core::Seconds> waits;
  /// What a target may be shown as: URLs hold secrets.
  std::string (*shown)(const std::string& target);
};

std::span<const Channel> channels();
/// nullptr where there is no such channel.
const Channel* find_channel(std::string_view name);

/// The answer of a web server to an alert: done, or a fault that says whether it is worth another
/// try (408, 429, 5xx) or not (any other).
core::Result<void> judge_status(int status, const std::string& what);

// The rows: mail_channel.cpp, gotify.cpp, webhook.cpp.
extern const Channel kMailChannel;
extern const Channel kGotify;
extern const Channel kWebhook;

/// What a webhook sends: the body and the headers of Standard Webhooks, which sign it.
struct Signed {
  std::string body;
  std::string id;
  std::string timestamp;       ///< seconds since 1970
  std::string signature = {};  ///< "v1,BASE64"
};
/// `secret`: "whsec_BASE64", or any other bytes as they are. A fault: that is no Base64.
[[nodiscard]] core::Result<Signed> sign_webhook(const Message& message, std::string_view secret,
                                                core::Time now);
/// "alert.v1" of a message.
core::Json to_json(const Message& message);

}  // namespace trunkline::alert
