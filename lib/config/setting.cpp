// SPDX-License-Identifier: MIT
#include "config/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/text.h"
#include "core/time.h"

namespace trunkline::config {
namespace {

constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

std::string bound_text(const Setting& setting, std::int64_t bound) {
  if (setting.kind == Kind::duration) return core::to_text(core::Milliseconds(bound));
  if (setting.kind == Kind::size)
    return core::to_text(core::ByteCount(static_cast<std::uint64_t>(bound)));
  return std::to_string(bound);
}

std::string range_text(const Setting& setting) {
  if (setting.most == kUnbounded && setting.least == 0) return {};
  if (setting.most == kUnbounded) return " from " + bound_text(setting, setting.least);
  return fmt::format(" from {} to {}", bound_text(setting, setting.least),
                     bound_text(setting, setting.most));
}

std::string form_text(const Setting& setting) {
  switch (setting.form) {
    case Form::any:
      return "text";
    case Form::choice: {
      std::vector<std::string> choices;
      for (const auto choice : core::split(setting.choices, ' ')) choices.emplace_back(choice);
      return "one of " + core::join(choices, ", ");
    }
    case Form::path:
      return "an absolute path";
    case Form::socket:
      return "an absolute path of at most 107 bytes";
    case Form::address:
      return "an IP address";
    case Form::network:
      return "a network such as 192.0.2.0/24";
    case Form::endpoint:
    case Form::listener:
      return "a transport, address and port such as udp:192.0.2.1:5060";
    case Form::commanded:
      return "a transport, address and port such as udp:192.0.2.1:22222, or a socket such as "
             "unix:/run/trunkline/recorderd/ng";
    case Form::advertised:
      return "a network and an address such as 10.0.0.0/8 10.0.0.5";
    case Form::mailbox:
      return "a mail address such as alice@example.org";
    case Form::web:
      return "a web address such as https://pbx.example.org";
  }
  return {};
}

}  // namespace

std::string environment_name(std::string_view key) {
  std::string name = "TRUNKLINE_";
  for (const char letter : key) {
    if (letter == '.')
      name += '_';
    else
      name += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return name;
}

core::Fault unknown_setting(std::string_view key, core::ExitCode code) {
  std::vector<std::string> keys;
  for (const Setting& setting : settings()) keys.emplace_back(setting.key);
  const auto meant = core::nearest(key, keys);
  return {code, fmt::format("no setting is named '{}'", core::printable(key.substr(0, 64))),
          meant ? fmt::format("did you mean '{}'?", *meant)
                : "all settings: trunkline config show, or trunkline.toml(5)"};
}

std::string describe_type(const Setting& setting) {
  switch (setting.kind) {
    case Kind::text:
      return form_text(setting);
    case Kind::integer:
      return "a whole number" + range_text(setting);
    case Kind::boolean:
      return "true or false";
    case Kind::duration:
      return "a duration" + range_text(setting);
    case Kind::size:
      return "a size" + range_text(setting);
    case Kind::list:
      return "a list, each item " + form_text(setting);
  }
  return {};
}

}  // namespace trunkline::config
