// SPDX-License-Identifier: MIT
#include "exchange/options.h"

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/text.h"
#include "crypto/box.h"
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

}  // namespace

Options options_from(const config::Config& config) {
  Options options;
  options.agent.listen = config.list("sip.listen");
  options.agent.advertised_address = config.text("sip.advertised_address");
  options.agent.advertised_networks = config.list("sip.advertised_networks");
  options.limits = {.expires_min = seconds(config, "sip.expires_min"),
                    .expires_max = seconds(config, "sip.expires_max"),
                    .expires_default = seconds(config, "sip.expires_default")};
  options.nonce_life = config.duration("sip.nonce_life");
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
