// SPDX-License-Identifier: MIT
// Alerts by mail to the administrators (mail.to), tried three times over an hour.

#include <fmt/format.h>

#include <array>

#include "alert/channel.h"
#include "http/mailer.h"

namespace trunkline::alert {
namespace {

constexpr std::array<core::Seconds, 2> kMailWaits{std::chrono::minutes(20),
                                                  std::chrono::minutes(40)};

std::vector<std::string> mail_targets(const config::Config& config) {
  if (!http::has_mail_server(config)) return {};
  return config.list("mail.to");
}

core::Result<void> send_mail(const config::Config& config, const std::string& target,
                             const Message& message) {
  auto server = http::mail_server(config);
  if (!server) return tl::unexpected(server.error());
  if (!*server)
    return core::fault(core::ExitCode::config, "cannot mail an alert: mail.host is not set",
                       "trunkline config set mail.host HOST");
  const auto from = http::mail_sender(config);
  if (!from) return tl::unexpected(from.error());
  const auto to = http::parse_mail_address(target);
  if (!to) return tl::unexpected(to.error());
  const bool is_urgent = message.level >= Level::critical;
  // RFC 3834: nobody's out-of-office shall answer it.
  const http::Mail mail{.from = *from,
                        .to = {*to},
                        .subject = headline(message),
                        .text = message.text,
                        .html = message.html,
                        .headers = {{"Auto-Submitted", "auto-generated"},
                                    {"Importance", is_urgent ? "high" : "normal"}},
                        .date = message.at,
                        .message_id = fmt::format("<{}@{}>", message.id.text(), message.host)};
  return http::Mailer(std::move(**server)).send(mail, *to);
}

std::string shown(const std::string& target) {
  return target;
}

}  // namespace

const Channel kMailChannel{.name = "mail",
                           .targets = mail_targets,
                           .send = send_mail,
                           .waits = kMailWaits,
                           .shown = shown};

}  // namespace trunkline::alert
