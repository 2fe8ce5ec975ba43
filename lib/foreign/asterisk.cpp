// SPDX-License-Identifier: MIT
#include "foreign/asterisk.h"

namespace trunkline::foreign {

std::string device_of_channel(std::string_view channel) {
  const std::size_t slash = channel.find('/');
  const std::size_t dash = channel.rfind('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos || dash < slash) return {};
  return std::string(channel.substr(slash + 1, dash - slash - 1));
}

}  // namespace trunkline::foreign
