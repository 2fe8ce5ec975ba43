// SPDX-License-Identifier: MIT
#include "http/mailer.h"

#include <fmt/format.h>

#include "core/text.h"
#include "http/curl.h"
#include "os/credential.h"
#include "os/host_name.h"

namespace trunkline::http {
namespace {

constexpr std::uint16_t kImmediateTls = 465;

SmtpServer::Tls tls_of(const std::string& word, std::string_view host, core::Port port) {
  if (word == "starttls") return SmtpServer::Tls::starttls;
  if (word == "immediate") return SmtpServer::Tls::immediate;
  if (word == "none") return SmtpServer::Tls::none;
  if (port.value() == kImmediateTls) return SmtpServer::Tls::immediate;
  return is_loopback(host) ? SmtpServer::Tls::none : SmtpServer::Tls::starttls;
}

bool is_postmark(const config::Config& config) {
  return config.text("mail.provider") == "postmark";
}

core::Result<std::optional<MailServer>> smtp_server(const config::Config& config) {
  SmtpServer server{.host = config.text("mail.host"),
                    .port = core::Port(static_cast<std::uint16_t>(config.integer("mail.port"))),
                    .user = config.text("mail.user")};
  server.tls = tls_of(config.text("mail.tls"), server.host, server.port);
  if (server.user.empty()) return server;
  if (server.tls == SmtpServer::Tls::none && !is_loopback(server.host))
    return core::fault(core::ExitCode::config,
                       fmt::format("cannot log in to {} as {}: the password would go in clear",
                                   server.host, server.user),
                       "trunkline config set mail.tls auto, or leave mail.user empty");
  auto password = os::read_password(config.text("mail.password_file"));
  if (!password) return tl::unexpected(password.error());
  server.password = std::move(*password);
  return server;
}

core::Result<std::optional<MailServer>> postmark_server(const config::Config& config) {
  PostmarkServer server{.url = config.text("mail.postmark_url"),
                        .stream = config.text("mail.postmark_stream")};
  if (is_in_clear(server.url))
    return core::fault(core::ExitCode::config,
                       fmt::format("cannot use Postmark by {}: the token would go in clear",
                                   shown_url(server.url)),
                       "trunkline config set mail.postmark_url https://api.postmarkapp.com");
  auto token = os::read_password(config.text("mail.password_file"));
  if (!token) {
    if (token.error().hint.empty())
      token.error().hint = fmt::format("write the token of a Postmark server into {}",
                                       config.text("mail.password_file"));
    return tl::unexpected(token.error());
  }
  server.token = std::move(*token);
  return server;
}

}  // namespace

bool has_mail_server(const config::Config& config) {
  return is_postmark(config) || !config.text("mail.host").empty();
}

core::Result<std::optional<MailServer>> mail_server(const config::Config& config) {
  if (!has_mail_server(config)) return std::optional<MailServer>{};
  return is_postmark(config) ? postmark_server(config) : smtp_server(config);
}

core::Result<MailAddress> mail_sender(const config::Config& config) {
  const std::string& from = config.text("mail.from");
  auto address = parse_mail_address(from.empty() ? "trunkline@" + os::host_name() : from);
  if (address && address->name.empty()) address->name = config.text("mail.from_name");
  return address;
}

core::Result<std::vector<MailAddress>> mail_administrators(const config::Config& config) {
  std::vector<MailAddress> addresses;
  for (const std::string& text : config.list("mail.to")) {
    auto address = parse_mail_address(text);
    if (!address) return tl::unexpected(address.error());
    addresses.push_back(*std::move(address));
  }
  return addresses;
}

std::string missing_mail_settings(const config::Config& config) {
  std::vector<std::string> commands;
  if (!has_mail_server(config)) commands.emplace_back("trunkline config set mail.host HOST");
  if (config.list("mail.to").empty()) commands.emplace_back("trunkline config set mail.to ADDRESS");
  return core::join(commands, "; ");
}

bool is_worth_another_try(const core::Fault& fault) {
  return fault.code == core::ExitCode::try_again || fault.code == core::ExitCode::unavailable ||
         fault.code == core::ExitCode::protocol || fault.code == core::ExitCode::io;
}

Mailer::Mailer(MailServer server)
    : way_(std::holds_alternative<SmtpServer>(server)
               ? std::variant<Smtp, Postmark>(Smtp(std::get<SmtpServer>(std::move(server))))
               : Postmark(std::get<PostmarkServer>(std::move(server)))) {}

std::vector<Undelivered> Mailer::deliver(const Mail& mail,
                                         std::span<const MailAddress> recipients) {
  // Addresses may come from a table: what cannot be one never gets into a command of SMTP.
  const auto sender = parse_mail_address(mail.from.address);
  std::vector<core::Result<void>> results;
  std::vector<MailAddress> good;
  for (const MailAddress& recipient : recipients) {
    const auto parsed = parse_mail_address(recipient.address);
    results.emplace_back();
    if (!sender || !parsed)
      results.back() = tl::unexpected(sender ? parsed.error() : sender.error());
    else
      good.push_back(recipient);
  }
  auto delivered = std::visit([&](auto& way) { return way.deliver(mail, good); }, way_);
  auto next = delivered.begin();
  std::vector<Undelivered> undelivered;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) results[i] = std::move(*next++);
    if (!results[i]) undelivered.push_back({recipients[i], std::move(results[i].error())});
  }
  return undelivered;
}

core::Result<void> Mailer::send(const Mail& mail, const MailAddress& recipient) {
  auto undelivered = deliver(mail, std::span(&recipient, 1));
  if (undelivered.empty()) return {};
  return tl::unexpected(std::move(undelivered.front().fault));
}

std::vector<Undelivered> Mailer::send(const Mail& mail) {
  return deliver(mail, mail.to);
}

}  // namespace trunkline::http
