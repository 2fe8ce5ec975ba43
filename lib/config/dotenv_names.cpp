// SPDX-License-Identifier: MIT
#include "config/dotenv_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::config {
namespace {

using enum Fate;
using Assignments = core::Result<std::vector<Assignment>>;

constexpr std::string_view kHttp = "there is no HTTP server yet";
constexpr std::string_view kTrunks = "there are no trunks yet";
constexpr std::string_view kProviders = "there are no provider interfaces yet";
constexpr std::string_view kTranscripts = "there are no transcripts yet";
constexpr std::string_view kBrowsers = "there are no calls from browsers yet";
constexpr std::string_view kAmi = "there is no Asterisk Manager Interface yet";
constexpr std::string_view kCrm = "there is no CRM synchronisation yet";

Assignments log_level(std::string_view value, const DotenvSite& /*site*/) {
  const std::string level = core::to_lower(value);
  if (level == "warn") return std::vector<Assignment>{{"log.level", "warning"}};
  const bool is_finest = level == "verbose" || level == "trace" || level == "silly";
  return std::vector<Assignment>{{"log.level", is_finest ? "debug" : level}};
}

/// A path as such files have it: relative to the file's folder, perhaps with a slash at its end.
std::string path_of(std::string_view value, const DotenvSite& site) {
  std::string text = (site.folder / std::filesystem::path(value)).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

Assignments recordings_path(std::string_view value, const DotenvSite& site) {
  return std::vector<Assignment>{{"recording.path", path_of(value, site)}};
}

Assignments backup_target(std::string_view value, const DotenvSite& site) {
  return std::vector<Assignment>{{"backup.target", path_of(value, site)}};
}

Assignments default_days(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{"retention.default_days", std::string(value)}};
}

/// The port of every UDP and TCP endpoint we listen on; other protocols keep theirs.
Assignments sip_port(std::string_view value, const DotenvSite& site) {
  const auto port = core::parse_port(value);
  if (!port) return tl::unexpected(port.error());
  std::vector<std::string> endpoints = site.config.list("sip.listen");
  for (std::string& endpoint : endpoints) {
    const auto colon = endpoint.rfind(':');
    const bool is_plain = endpoint.starts_with("udp:") || endpoint.starts_with("tcp:");
    if (!is_plain || colon == std::string::npos) continue;
    endpoint = fmt::format("{}:{}", endpoint.substr(0, colon), port->value());
  }
  return std::vector<Assignment>{{"sip.listen", core::join(endpoints, ",")}};
}

Assignments external_address(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{"sip.advertised_address", std::string(value)},
                                 {"media.advertised_address", std::string(value)}};
}

Assignments rtp_min(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{"media.rtp_min", std::string(value)}};
}

Assignments rtp_max(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{"media.rtp_max", std::string(value)}};
}

template <const char* Key>
Assignments as_it_is(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{Key, std::string(value)}};
}
constexpr char kPublicUrl[] = "site.public_url";
constexpr char kMailHost[] = "mail.host";
constexpr char kMailPort[] = "mail.port";
constexpr char kMailUser[] = "mail.user";
constexpr char kMailFrom[] = "mail.from";
constexpr char kMailFromName[] = "mail.from_name";
constexpr char kQuotaWarning[] = "retention.quota_warning";

Assignments quota(std::string_view value, const DotenvSite& /*site*/) {
  return std::vector<Assignment>{{"retention.quota", fmt::format("{}GB", value)}};
}

constexpr auto kNames = std::to_array<DotenvName>({
    // A call centre's CRM with recording.
    {"DATABASE_URL", database},
    {"JWT_SECRET", waiting, kHttp},
    {"APP_URL", setting, {}, as_it_is<kPublicUrl>},
    {"REGISTRATION_ENABLED", needless,
     "nobody can register himself; add people: trunkline user add"},
    {"SIP_TRUNK_HOST", waiting, kTrunks},
    {"SIP_TRUNK_PORT", waiting, kTrunks},
    {"SIP_USERNAME", waiting, kTrunks},
    {"SIP_PASSWORD", waiting, kTrunks},
    {"SIP_CALLER_ID", waiting, kTrunks},
    {"SIP_TRANSPORT", waiting, kTrunks},
    {"SIP_CODEC", waiting, kTrunks},
    {"TELNYX_API_KEY", waiting, kProviders},
    {"TELNYX_CONNECTION_ID", waiting, kProviders},
    {"TELNYX_CALLER_ID", waiting, kProviders},
    {"WEBHOOK_URL", waiting, kProviders},
    {"ANTHROPIC_API_KEY", waiting, kTranscripts},
    {"SMTP_HOST", setting, {}, as_it_is<kMailHost>},
    {"SMTP_PORT", setting, {}, as_it_is<kMailPort>},
    {"SMTP_USERNAME", setting, {}, as_it_is<kMailUser>},
    {"SMTP_PASSWORD", mail_password},
    {"SMTP_FROM_EMAIL", setting, {}, as_it_is<kMailFrom>},
    {"SMTP_FROM_NAME", setting, {}, as_it_is<kMailFromName>},
    {"RECORDINGS_PATH", setting, {}, recordings_path},
    {"MAX_STORAGE_GB", setting, {}, quota},
    {"DEFAULT_RETENTION_DAYS", setting, {}, default_days},
    {"STORAGE_ALERT_THRESHOLD", setting, {}, as_it_is<kQuotaWarning>},
    {"ENCRYPTION_KEY", recording_key},
    {"BACKUP_DIR", setting, {}, backup_target},
    // Calls from browsers.
    {"PORT", waiting, kHttp},
    {"FRONTEND_URL", waiting, kBrowsers},
    {"VITE_API_URL", waiting, kBrowsers},
    {"ICE_SERVERS", waiting, kBrowsers},
    // Middleware between Asterisk, a CRM and speech services.
    {"NODE_ENV", needless, "there is one way to run"},
    {"WS_PORT", needless, "the system it comes from has given it up"},
    {"AMI_HOST", waiting, kAmi},
    {"AMI_PORT", waiting, kAmi},
    {"AMI_USERNAME", waiting, kAmi},
    {"AMI_SECRET", waiting, kAmi},
    {"ELEVENLABS_WEBHOOK_SECRET", waiting, kTranscripts},
    {"ELEVENLABS_API_KEY", waiting, kTranscripts},
    {"SUITECRM_URL", waiting, kCrm},
    {"SUITECRM_CLIENT_ID", waiting, kCrm},
    {"SUITECRM_CLIENT_SECRET", waiting, kCrm},
    {"SUITECRM_USERNAME", waiting, kCrm},
    {"SUITECRM_PASSWORD", waiting, kCrm},
    {"API_KEY", waiting, kHttp},
    {"ALLOWED_ORIGINS", waiting, kHttp},
    {"LOG_LEVEL", setting, {}, log_level},
    {"LOG_DIR", needless, "logs go to the systemd journal: journalctl -u sipd"},
    // A small office's exchange.
    {"GOSIP_DATA_DIR", needless,
     "each has a setting of its own: sip.state_dir, media.state_dir, recording.path"},
    {"GOSIP_HTTP_PORT", waiting, kHttp},
    {"GOSIP_SIP_PORT", setting, {}, sip_port},
    // A registrar with a media relay, whose flags are rtpengine's.
    {"external-ip", setting, {}, external_address},
    {"EXTERNAL_IP", setting, {}, external_address},
    {"port-min", setting, {}, rtp_min},
    {"port-max", setting, {}, rtp_max},
});

/// Refused by the setting's row, in words that name the variable and not --set.
core::Result<void> check(const Assignment& assignment) {
  const Setting* const setting = find_setting(assignment.first);
  if (setting == nullptr)
    return tl::unexpected(unknown_setting(assignment.first, core::ExitCode::data));
  const auto value = parse_value(*setting, assignment.second);
  if (!value) return tl::unexpected(value.error());
  return {};
}

}  // namespace

std::span<const DotenvName> dotenv_names() {
  return kNames;
}

const DotenvName* find_dotenv_name(std::string_view name) {
  const auto* const found = std::find_if(
      kNames.begin(), kNames.end(), [name](const DotenvName& row) { return row.name == name; });
  return found == kNames.end() ? nullptr : &*found;
}

core::Result<std::vector<Assignment>> settings_of(const DotenvEntry& entry,
                                                  const DotenvSite& site) {
  const std::string_view value = entry.value.reveal_text();
  Assignments assignments = std::vector<Assignment>{};
  const DotenvName* const row = find_dotenv_name(entry.name);
  if (row != nullptr && row->convert != nullptr) assignments = row->convert(value, site);
  if (!assignments) return assignments;
  for (const Setting& setting : settings())
    if (environment_name(setting.key) == entry.name)
      assignments->emplace_back(std::string(setting.key), std::string(value));
  for (const Assignment& assignment : *assignments)
    if (auto fits = check(assignment); !fits) return tl::unexpected(fits.error());
  return assignments;
}

}  // namespace trunkline::config
