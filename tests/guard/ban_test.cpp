// SPDX-License-Identifier: MIT
#include "guard/ban.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "guard/moment.h"

namespace trunkline::guard {
namespace {

Source source(unsigned number) {
  return Source::parse(fmt::format("10.0.{}.{}", number / 256, number % 256)).value();
}

Finding banned(unsigned number, core::Time at, core::Time until, Rule rule = Rule::ban_malformed) {
  return {.at = at,
          .source = source(number),
          .rule = rule,
          .outcome = Outcome::banned,
          .detail = "30 malformed messages",
          .until = until};
}

}  // namespace

TEST_CASE("guard bans: a record survives its text", "[guard]") {
  BanList list;
  list.note(banned(1, kNow, kNow + core::Seconds(60)));
  list.note(banned(1, kNow + core::Seconds(90), core::Time::max(), Rule::ban_operator));
  const Record record = *list.find(source(1));
  CHECK(record.offences == 1);
  const auto read = parse_record(to_text(record));
  REQUIRE(read);
  CHECK(*read == record);
  BanList other;
  other.restore(*read);
  CHECK(other.is_banned(source(1), kNow + core::Seconds(100'000'000)));
  for (const char* text :
       {"", "{}", "[]", R"({"address":"x"})", R"({"address":"192.0.2.1","rule":"none"})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_record(text));
  }
}

TEST_CASE("guard bans: the list is bounded, and what somebody ordered goes last", "[guard]") {
  BanList list(3);
  list.note(banned(1, kNow, kNow + core::Seconds(9), Rule::ban_operator));
  list.note(banned(2, kNow + core::Seconds(1), kNow + core::Seconds(9)));
  list.note(banned(3, kNow + core::Seconds(2), kNow + core::Seconds(9)));
  CHECK(list.take_forgotten().empty());
  list.note(banned(4, kNow + core::Seconds(3), kNow + core::Seconds(9)));
  CHECK(list.take_forgotten() == std::vector{source(2)});
  CHECK(list.take_forgotten().empty());
  CHECK(list.size() == 3);
  CHECK(list.is_banned(source(1), kNow));
  CHECK_FALSE(list.is_banned(source(2), kNow));
  CHECK(list.is_banned(source(4), kNow));
}

TEST_CASE("guard bans: the last findings are kept", "[guard]") {
  BanList list;
  for (unsigned i = 0; i < 25; ++i) {
    list.note(banned(1, kNow + core::Seconds(i), kNow + core::Seconds(i + 1)));
  }
  const Record* record = list.find(source(1));
  REQUIRE(record->findings.size() == Record::kMostFindings);
  CHECK(record->findings.back().at == kNow + core::Seconds(24));
  CHECK(record->offences == 25);
}

TEST_CASE("guard bans: what a ban says as JSON", "[guard]") {
  BanList list;
  list.note(banned(1, kNow, kNow + core::Seconds(60)));
  const auto json = to_json(*list.find(source(1)), kNow + core::Seconds(1));
  CHECK(core::bool_at(json, "is_banned"));
  CHECK(core::text_at(json, "rule") == "guard.ban.malformed");
  CHECK(core::text_at(json, "reason") == "30 malformed messages");
  CHECK(core::text_at(json, "until") == "2026-11-21T08:01:00.000000Z");
  const auto over = to_json(*list.find(source(1)), kNow + core::Seconds(61));
  CHECK_FALSE(core::bool_at(over, "is_banned"));
  CHECK(over.at("rule").is_null());
  CHECK(over.at("findings").size() == 1);
}

}  // namespace trunkline::guard
