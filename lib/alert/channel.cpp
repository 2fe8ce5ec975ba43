// SPDX-License-Identifier: MIT
#include "alert/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace trunkline::alert {
namespace {

constexpr std::array<const Channel*, 3> kRows{&kMailChannel, &kGotify, &kWebhook};

const std::array<Channel, kRows.size()>& table() {
  static const std::array<Channel, kRows.size()> kTable{*kRows[0], *kRows[1], *kRows[2]};
  return kTable;
}

}  // namespace

std::span<const Channel> channels() {
  return table();
}

const Channel* find_channel(std::string_view name) {
  const auto rows = channels();
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [name](const Channel& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

core::Result<void> judge_status(int status, const std::string& what) {
  if (status >= 200 && status < 300) return {};
  const bool is_passing = status == 408 || status == 429 || status >= 500;
  return core::fault(is_passing ? core::ExitCode::try_again : core::ExitCode::no_permission,
                     fmt::format("{} answered {}", what, status));
}

core::Json to_json(const Message& message) {
  return {{"id", message.id.text()},
          {"key", message.key},
          {"level", name_of(message.level)},
          {"subject", message.subject},
          {"text", message.text},
          {"host", message.host},
          {"at", core::to_rfc3339(message.at)}};
}

}  // namespace trunkline::alert
