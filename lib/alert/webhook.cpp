// SPDX-License-Identifier: MIT
// Alerts as JSON to web servers of the operator's, signed as Standard Webhooks says.

#include <fmt/format.h>

#include <array>

#include "alert/channel.h"
#include "crypto/hash.h"
#include "http/client.h"
#include "os/credential.h"

namespace trunkline::alert {
namespace {

constexpr std::array<core::Seconds, 4> kWebhookWaits{core::Seconds(60), core::Seconds(300),
                                                     core::Seconds(1800), core::Seconds(7200)};
constexpr std::string_view kPrefix = "whsec_";

std::vector<std::string> webhook_targets(const config::Config& config) {
  return config.list("alert.webhooks");
}

core::Result<void> post(const config::Config& config, const std::string& target,
                        const Message& message) {
  const auto secret = os::read_password(config.text("alert.webhook_secret_file"));
  if (!secret) return tl::unexpected(secret.error());
  const auto now = core::system_clock().wall();
  const auto made = sign_webhook(message, secret->reveal_text(), now);
  if (!made) return tl::unexpected(made.error());
  const auto answer = http::Client().send({.method = "POST",
                                           .url = target,
                                           .headers = {{"Content-Type", "application/json"},
                                                       {"webhook-id", made->id},
                                                       {"webhook-timestamp", made->timestamp},
                                                       {"webhook-signature", made->signature}},
                                           .body = made->body});
  if (!answer) return tl::unexpected(answer.error());
  return judge_status(answer->status, http::shown_url(target));
}

}  // namespace

core::Result<Signed> sign_webhook(const Message& message, std::string_view secret, core::Time now) {
  core::Bytes key(core::as_bytes(secret).begin(), core::as_bytes(secret).end());
  if (secret.starts_with(kPrefix)) {
    auto decoded = core::from_base64(secret.substr(kPrefix.size()));
    if (!decoded)
      return core::fault(core::ExitCode::config,
                         "cannot sign a webhook: what follows whsec_ in its secret is no Base64");
    key = *std::move(decoded);
  }
  core::Json data{{"schema", "alert.v1"}};
  data.update(to_json(message));
  const core::Json body{{"type", message.level == Level::normal ? "alert.ended" : "alert.raised"},
                        {"timestamp", core::to_rfc3339(message.at)},
                        {"data", data}};
  Signed made{.body = core::to_line(body),
              // The same at every try, so that the other end can tell what it has had.
              .id = "msg_" + message.id.text(),
              .timestamp = std::to_string(core::to_microseconds(now) / 1'000'000)};
  const std::string content = fmt::format("{}.{}.{}", made.id, made.timestamp, made.body);
  made.signature = "v1," + core::to_base64(crypto::hmac_sha256(key, core::as_bytes(content)));
  return made;
}

const Channel kWebhook{.name = "webhook",
                       .targets = webhook_targets,
                       .send = post,
                       .waits = kWebhookWaits,
                       .shown = [](const std::string& target) { return http::shown_url(target); }};

}  // namespace trunkline::alert
