// SPDX-License-Identifier: MIT
#include "config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/endpoint.h"
#include "core/text.h"

namespace trunkline::config {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kLongestSocketName = 107;  // sun_path of unix(7) without its terminator

std::string hint_for(const Setting& setting) {
  switch (setting.kind) {
    case Kind::duration:
      return "write a number and a unit: 250ms, 30s, 5m, 2h, 7d";
    case Kind::size:
      return "write a number and a unit: 500B, 64KiB, 10MiB, 2GiB";
    default:
      return fmt::format("the default is {}",
                         setting.fallback.empty() ? "empty" : setting.fallback);
  }
}

bool is_socket(std::string_view text) {
  return text.starts_with('/') && text.size() <= kLongestSocketName;
}

/// Enough to find slips of the pen; what sends mail reads it exactly.
bool is_mailbox(std::string_view text) {
  std::string_view address = core::trim(text);
  if (const auto bracket = address.rfind('<');
      bracket != std::string_view::npos && address.ends_with('>'))
    address = address.substr(bracket + 1, address.size() - bracket - 2);
  const auto at = address.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
         std::all_of(address.begin(), address.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_web(std::string_view text) {
  const bool is_http = text.starts_with("https://") || text.starts_with("http://");
  return is_http && text.find("://") + 3 < text.size() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_of_form(const Setting& setting, std::string_view text) {
  // An empty text means "not set" wherever that is the default.
  if (text.empty() && setting.fallback.empty() && setting.kind == Kind::text) return true;
  // Neither a TOML file nor a C library could hold it.
  if (!core::is_utf8(text) || text.find('\0') != std::string_view::npos) return false;
  switch (setting.form) {
    case Form::any:
      return true;
    case Form::choice: {
      const auto choices = core::split(setting.choices, ' ');
      return std::find(choices.begin(), choices.end(), text) != choices.end();
    }
    case Form::socket:
      return is_socket(text);
    case Form::path:
      return text.starts_with('/');
    case Form::address:
      return is_address(text);
    case Form::network:
      return is_network(text);
    case Form::endpoint:
      return parse_endpoint(text).has_value();
    case Form::listener:
      return parse_endpoint(text.starts_with("tls:") ? "tcp:" + std::string(text.substr(4))
                                                     : std::string(text))
          .has_value();
    case Form::commanded:
      return text.starts_with(kUnix) ? is_socket(text.substr(kUnix.size()))
                                     : parse_endpoint(text).has_value();
    case Form::advertised:
      return is_advertised(text);
    case Form::mailbox:
      return is_mailbox(text);
    case Form::web:
      return is_web(text);
  }
  return false;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, value);
  if (text.empty() || failure != std::errc{} || end != last) return std::nullopt;
  return value;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> items;
  if (core::trim(text).empty()) return items;
  for (const std::string_view item : core::split(text, ',')) items.emplace_back(core::trim(item));
  return items;
}

bool is_within(const Setting& setting, std::int64_t number) {
  return number >= setting.least && number <= setting.most;
}

}  // namespace

std::string without_password(std::string_view text) {
  constexpr std::string_view kHidden = "***";
  std::string shown(text);
  // postgresql://user:password@host/name
  if (const auto scheme = shown.find("://"); scheme != std::string::npos) {
    const auto end = shown.find('@', scheme);
    const auto colon = shown.find(':', scheme + 3);
    if (end != std::string::npos && colon < end) shown.replace(colon + 1, end - colon - 1, kHidden);
  }
  // host=... password=word or password='several words'
  constexpr std::string_view kKey = "password";
  for (auto key = shown.find(kKey); key != std::string::npos; key = shown.find(kKey, key + 1)) {
    auto begin = shown.find_first_not_of(' ', key + kKey.size());
    if (begin == std::string::npos || shown[begin] != '=') continue;
    begin = shown.find_first_not_of(' ', begin + 1);
    if (begin == std::string::npos) break;
    const bool is_quoted = shown[begin] == '\'';
    auto end = is_quoted ? begin + 1 : shown.find_first_of(" &", begin);
    // libpq: a backslash takes the next character as it is.
    while (is_quoted && end < shown.size() && shown[end] != '\'') end += shown[end] == '\\' ? 2 : 1;
    end = std::min(is_quoted ? end + 1 : end, shown.size());
    shown.replace(begin, end - begin, kHidden);
  }
  return shown;
}

core::Fault unfit(const Setting& setting, std::string_view given) {
  return {core::ExitCode::config,
          fmt::format("{} must be {}, not '{}'", setting.key, describe_type(setting),
                      core::printable(given.substr(0, 128))),
          hint_for(setting)};
}

core::Result<Value> parse_value(const Setting& setting, std::string_view text) {
  std::optional<Value> value;
  switch (setting.kind) {
    case Kind::text:
      value = std::string(text);
      break;
    case Kind::integer:
      if (const auto number = parse_integer(text)) value = *number;
      break;
    case Kind::boolean:
      if (text == "true" || text == "false") value = text == "true";
      break;
    case Kind::duration:
      if (const auto duration = core::parse_duration(text)) value = *duration;
      break;
    case Kind::size:
      if (const auto size = core::parse_size(text)) value = *size;
      break;
    case Kind::list:
      value = parse_list(text);
      break;
  }
  if (!value) return tl::unexpected(unfit(setting, text));
  if (auto fits = check_value(setting, *value); !fits) return tl::unexpected(fits.error());
  return std::move(*value);
}

core::Result<void> check_value(const Setting& setting, const Value& value) {
  bool fits = true;
  if (const auto* const text = std::get_if<std::string>(&value)) {
    fits = is_of_form(setting, *text);
  } else if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    fits = is_within(setting, *number);
  } else if (const auto* const duration = std::get_if<core::Milliseconds>(&value)) {
    fits = is_within(setting, duration->count());
  } else if (const auto* const size = std::get_if<core::ByteCount>(&value)) {
    fits = size->value() <= static_cast<std::uint64_t>(setting.most) &&
           is_within(setting, static_cast<std::int64_t>(size->value()));
  } else if (const auto* const items = std::get_if<std::vector<std::string>>(&value)) {
    const auto wrong = std::find_if_not(items->begin(), items->end(), [&](const std::string& item) {
      return is_of_form(setting, item);
    });
    if (wrong != items->end()) return tl::unexpected(unfit(setting, *wrong));
    fits = is_within(setting, static_cast<std::int64_t>(items->size()));
  }
  if (!fits) return tl::unexpected(unfit(setting, to_text(value)));
  return {};
}

std::string to_text(const Value& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* const flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* const duration = std::get_if<core::Milliseconds>(&value))
    return core::to_text(*duration);
  if (const auto* const size = std::get_if<core::ByteCount>(&value)) return core::to_text(*size);
  return core::join(std::get<std::vector<std::string>>(value), ",");
}

}  // namespace trunkline::config
