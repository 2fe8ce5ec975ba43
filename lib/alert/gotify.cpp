// SPDX-License-Identifier: MIT
// Alerts as push messages through a Gotify server, tried three times.

#include <array>

#include "alert/channel.h"
#include "http/client.h"
#include "os/credential.h"

namespace trunkline::alert {
namespace {

constexpr std::array<core::Seconds, 2> kGotifyWaits{core::Seconds(60), core::Seconds(300)};

/// 4 to 7 ring as usual, 8 to 10 loudly.
int priority_of(Level level) {
  switch (level) {
    case Level::normal:
      return 3;
    case Level::warning:
      return 5;
    case Level::critical:
      return 8;
    case Level::emergency:
      return 10;
  }
  return 5;
}

std::vector<std::string> gotify_targets(const config::Config& config) {
  const std::string& url = config.text("alert.gotify");
  return url.empty() ? std::vector<std::string>{} : std::vector<std::string>{url};
}

core::Result<void> push(const config::Config& config, const std::string& target,
                        const Message& message) {
  const auto token = os::read_password(config.text("alert.gotify_token_file"));
  if (!token) return tl::unexpected(token.error());
  const core::Json body{{"title", headline(message)},
                        {"message", message.text.empty() ? message.subject : message.text},
                        {"priority", priority_of(message.level)}};
  const auto answer =
      http::Client().send({.method = "POST",
                           .url = target + (target.ends_with('/') ? "message" : "/message"),
                           .headers = {{"Content-Type", "application/json"},
                                       {"X-Gotify-Key", std::string(token->reveal_text())}},
                           .body = core::to_line(body)});
  if (!answer) return tl::unexpected(answer.error());
  return judge_status(answer->status, http::shown_url(target));
}

}  // namespace

const Channel kGotify{.name = "gotify",
                      .targets = gotify_targets,
                      .send = push,
                      .waits = kGotifyWaits,
                      .shown = [](const std::string& target) { return http::shown_url(target); }};

}  // namespace trunkline::alert
