// SPDX-License-Identifier: MIT
#include "guard/scanner_tools.h"

#include <algorithm>
#include <array>

namespace trunkline::guard {
namespace {

constexpr auto kTools = std::to_array<std::string_view>({
    "friendly-request",
    "friendly-scanner",
    "iwar",
    "mr.sip",
    "pplsip",
    "sip-scan",
    "siparmyknife",
    "sipcli",
    "sipptk",
    "sipvicious",
    "sivus",
    "smap ",
    "sundayddr",
    "vaxsipuseragent",
    "viproy",
});

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view scanner_tool(std::string_view user_agent) {
  for (const std::string_view tool : kTools) {
    const auto found = std::search(user_agent.begin(), user_agent.end(), tool.begin(), tool.end(),
                                   [](char theirs, char ours) { return lower(theirs) == ours; });
    if (found != user_agent.end()) return tool;
  }
  return {};
}

}  // namespace trunkline::guard
