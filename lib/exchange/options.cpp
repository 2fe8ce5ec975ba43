// SPDX-License-Identifier: MIT
#include "exchange/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "core/bytes.h"
#include "core/log.h"
#include "core/text.h"
#include "crypto/box.h"
#include "crypto/certificate.h"
#include "os/credential.h"

namespace trunkline::exchange {
namespace {

core::Seconds seconds(const config::Config& config, std::string_view key) {
  return std::chrono::duration_cast<core::Seconds>(config.duration(key));
}

/// The 32 bytes in whatever form they were written; empty where it is none.
core::Secret decoded(const core::Secret& content) {
  if (content.size() == crypto::kBoxKeySize) return content;
  const std::string_view text = core::trim(content.reveal_text());
  constexpr std::size_t kHexSize = 2 * crypto::kBoxKeySize;
  auto bytes = text.size() == kHexSize ? core::from_hex(text) : core::from_base64(text);
  if (!bytes || bytes->size() != crypto::kBoxKeySize) return {};
  core::Secret key(*bytes);
  std::ranges::fill(*bytes, std::byte{0});
  return key;
}

guard::Settings guard_settings(const config::Config& config) {
  const auto number = [&](std::string_view key) {
    return static_cast<std::uint32_t>(config.integer(key));
  };
  guard::Settings settings;
  for (const std::string& network : config.list("guard.allow")) {
    settings.allow.push_back(core::value_or_throw(os::Network::parse(network)));
  }
  settings.wrong_passwords = number("guard.wrong_passwords");
  settings.ban_time = config.duration("guard.ban_time");
  settings.bans_scanners = config.boolean("guard.ban_scanners");
  settings.packets_per_second = number("guard.packets_per_second");
  settings.source = {.calls = number("guard.source_calls"),
                     .calls_per_minute = number("guard.source_calls_per_minute"),
                     .registrations = number("guard.source_registrations")};
  settings.source_registrations_per_minute = number("guard.source_registrations_per_minute");
  settings.device = {.calls = number("guard.device_calls"),
                     .calls_per_minute = number("guard.device_calls_per_minute")};
  settings.calls = number("sip.max_calls");
  settings.calls_per_second = number("guard.calls_per_second");
  settings.max_lag = config.duration("guard.max_lag");
  if (settings.max_lag.count() == 0) settings.max_backlog_percent = 0;
  settings.max_transactions = number("guard.max_transactions");
  return settings;
}

std::string file_named(const config::Config& config, std::string_view key) {
  std::string file = config.text(key);
  if (file.empty()) {
    throw core::Error(core::ExitCode::config, fmt::format("cannot listen on TLS without {}", key),
                      fmt::format("trunkline config set {} /etc/trunkline/tls/...pem", key));
  }
  return file;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    throw core::Error(core::ExitCode::config, fmt::format("cannot read {}", path),
                      "sipd's user may read it");
  }
  return text.str();
}

core::Error unusable(const std::string& file, core::Fault fault) {
  return {core::ExitCode::config, fmt::format("cannot use {}: {}", file, fault.message),
          std::move(fault.hint)};
}

}  // namespace

Options options_from(const config::Config& config) {
  Options options;
  options.agent.listen = config.list("sip.listen");
  options.agent.advertised_address = config.text("sip.advertised_address");
  options.agent.advertised_networks = config.list("sip.advertised_networks");
  options.agent.connections.max_per_source =
      static_cast<std::size_t>(config.integer("sip.connections_per_source"));
  options.agent.connections.idle = config.duration("sip.connection_idle");
  options.limits = {.expires_min = seconds(config, "sip.expires_min"),
                    .expires_max = seconds(config, "sip.expires_max"),
                    .expires_default = seconds(config, "sip.expires_default"),
                    .flow_timer = seconds(config, "sip.flow_timer")};
  options.nonce_life = config.duration("sip.nonce_life");
  options.nat_keepalive = config.duration("sip.nat_keepalive");
  options.ring_timeout = config.duration("sip.ring_timeout");
  options.stale_after = config.duration("sip.stale_after");
  options.session_policy = {.expires = seconds(config, "sip.session_expires"),
                            .least = seconds(config, "sip.min_se")};
  options.drain_timeout = config.duration("sip.drain_timeout");
  options.guard = guard_settings(config);
  options.ng_nodes = config.list("sip.ng");
  options.media_control = config.text("sip.media_control");
  options.control = config.text("sip.control");
  return options;
}

sip::TlsOptions read_tls(const config::Config& config) {
  const std::vector<std::string> listen = config.list("sip.listen");
  const bool is_wanted = std::any_of(listen.begin(), listen.end(), [](const std::string& listener) {
    return listener.starts_with("tls:");
  });
  if (!is_wanted) return {};
  const std::string file = file_named(config, "sip.tls_certificate");
  const std::string pem = read_file(file);
  const core::Secret key =
      core::value_or_throw(os::read_credential(file_named(config, "sip.tls_key")));
  auto certificate = crypto::read_certificate(pem, key);
  if (!certificate) throw unusable(file, std::move(certificate.error()));
  if (certificate->not_after < core::system_clock().wall()) {
    core::log_error("the TLS certificate has expired",
                    {{"path", file}, {"subject", certificate->subject}});
  }
  sip::TlsOptions tls{.certificate = std::move(certificate->leaf),
                      .intermediates = std::move(certificate->intermediates),
                      .key = key,
                      .verifies_clients = config.boolean("sip.tls_verify_clients")};
  if (!tls.verifies_clients) return tls;
  const std::string authorities_file = file_named(config, "sip.tls_client_ca");
  auto authorities = crypto::read_authorities(read_file(authorities_file));
  if (!authorities) throw unusable(authorities_file, std::move(authorities.error()));
  tls.client_authorities = std::move(*authorities);
  return tls;
}

core::Result<core::Secret> read_key(const std::filesystem::path& file) {
  auto content = os::read_credential(file);
  if (!content) {
    core::Fault fault = std::move(content.error());
    if (fault.hint.empty()) fault.hint = "trunkline init makes the key";
    return tl::make_unexpected(std::move(fault));
  }
  core::Secret key = decoded(*content);
  if (key.empty()) {
    return core::fault(core::ExitCode::config,
                       fmt::format("cannot use {}: it holds no key of {} bytes", file.string(),
                                   crypto::kBoxKeySize),
                       "trunkline init makes the key");
  }
  return key;
}

}  // namespace trunkline::exchange
