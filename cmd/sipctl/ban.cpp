// SPDX-License-Identifier: MIT
#include "sipctl/ban.h"

#include <fmt/format.h>

namespace trunkline::commands {
namespace {

/// "3 malformed, 12 dropped"; empty where it did nothing worth telling.
std::string shown_minute(const core::Json& ban) {
  const auto minute = ban.find("last_minute");
  if (minute == ban.end()) return {};
  struct Row {
    std::string_view key;
    std::string_view words;
  };
  constexpr Row kRows[] = {{"wrong_passwords", "wrong passwords"},
                           {"unknown_users", "unknown users"},
                           {"probed_numbers", "numbers asked for without authentication"},
                           {"malformed", "malformed messages"},
                           {"dropped", "messages dropped"}};
  std::string text;
  for (const Row& row : kRows) {
    const auto count = core::number_at(*minute, row.key);
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, row.words);
  }
  return text;
}

std::string shown_finding(const core::Json& finding) {
  return fmt::format("{} ({}): {}, by {}", core::text_at(finding, "event"),
                     core::text_at(finding, "rule"), core::text_at(finding, "detail"),
                     core::text_at(finding, "by"));
}

}  // namespace

cli::Argument address_argument() {
  return {.name = "ADDRESS", .help = "an IPv4 address, or an IPv6 address or its /64"};
}

cli::Option reason_option() {
  return {.name = "--reason", .help = "why, for the record", .value = "TEXT"};
}

std::string shown_state(const cli::Output& out, const core::Json& ban) {
  if (!core::bool_at(ban, "is_banned")) return "not banned";
  if (core::bool_at(ban, "is_permanent")) return "banned until it is lifted";
  return "banned until " + out.time(core::text_at(ban, "until"));
}

std::vector<cli::Field> fields_of_ban(const cli::Output& out, const core::Json& ban) {
  const bool is_banned = core::bool_at(ban, "is_banned");
  std::vector<cli::Field> fields{
      {"address", core::text_at(ban, "address")},
      {"state", cli::Cell(shown_state(out, ban), is_banned ? cli::Color::red : cli::Color::none)}};
  const auto add = [&](std::string label, std::string text) {
    if (!text.empty()) fields.push_back({std::move(label), cli::Cell(std::move(text))});
  };
  if (is_banned) {
    add("rule", core::text_at(ban, "rule"));
    add("since", out.time(core::text_at(ban, "since")));
    add("reason", core::text_at(ban, "reason"));
    add("by", core::text_at(ban, "by"));
  }
  add("meaning", core::text_at(ban, "meaning"));
  if (const auto phones = core::number_at(ban, "registrations"); phones > 0) {
    add("registrations", fmt::format("{} from there now", phones));
  }
  if (core::bool_at(ban, "is_allowed")) add("allowed", "guard.allow holds it: never banned");
  add("last minute", shown_minute(ban));
  if (const auto findings = ban.find("findings"); findings != ban.end()) {
    for (const core::Json& finding : *findings) {
      add(out.time(core::text_at(finding, "at")), shown_finding(finding));
    }
  }
  add("advice", core::text_at(ban, "advice"));
  return fields;
}

}  // namespace trunkline::commands
