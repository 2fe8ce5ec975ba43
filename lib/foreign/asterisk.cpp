// SPDX-License-Identifier: MIT
#include "foreign/asterisk.h"

#include <algorithm>
#include <array>

namespace trunkline::foreign {
namespace {

// Whose channels have the name of the peer, the endpoint, the span or group.
constexpr std::array<std::string_view, 4> kTrunkTechnologies{"SIP", "PJSIP", "IAX2", "DAHDI"};

/// Who is at that end: the phone's extension where the channel is named by one, else the number.
/// An analogue line is numbered, too, and may be either.
std::string end_of(std::string_view channel, const std::string& number) {
  const std::string device = device_of_channel(channel);
  return is_extension(device) && !channel.starts_with("DAHDI/") ? device : number;
}

}  // namespace

std::string device_of_channel(std::string_view channel) {
  const std::size_t slash = channel.find('/');
  const std::size_t dash = channel.rfind('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos || dash < slash) return {};
  return std::string(channel.substr(slash + 1, dash - slash - 1));
}

std::string trunk_of_channel(std::string_view channel) {
  const std::string_view technology = channel.substr(0, channel.find('/'));
  if (std::find(kTrunkTechnologies.begin(), kTrunkTechnologies.end(), technology) ==
      kTrunkTechnologies.end())
    return {};
  std::string name = device_of_channel(channel);
  name.resize(std::min(name.find('/'), name.size()));
  return is_extension(name) ? std::string() : name;
}

void tell_way(Call& call, std::string_view from_channel, std::string_view to_channel) {
  const std::string direction =
      guessed_direction(end_of(from_channel, call.caller), end_of(to_channel, reached(call)));
  if (direction == "unknown") return;
  call.direction = direction;
  if (direction == "outbound") call.trunk = trunk_of_channel(to_channel);
  if (direction != "inbound") return;
  call.trunk = trunk_of_channel(from_channel);
  call.did = did_of(call.dialled);
}

}  // namespace trunkline::foreign
