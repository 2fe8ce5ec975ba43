// SPDX-License-Identifier: MIT
#include "foreign/moment.h"

#include <catch2/catch.hpp>

#include "cdr/zone.h"
#include "foreign/call.h"
#include "foreign/columns.h"

namespace trunkline::foreign {
namespace {

std::string moment(std::string_view text, const std::string& form = {}) {
  const auto at = form.empty() ? parse_moment(text) : parse_moment(text, form);
  return at ? core::to_rfc3339(*at) : at.error().message;
}

}  // namespace

TEST_CASE("import: times are read as exchanges and carriers write them", "[foreign]") {
  REQUIRE(cdr::use_zone("Europe/Berlin"));
  const std::string wanted = "2026-11-21T07:00:03.000000Z";
  for (const char* const text :
       {"2026-11-21 08:00:03", "2026-11-21T08:00:03", "2026/11/21 08:00:03", "2026-11-21 07:00:03Z",
        "2026-11-21T07:00:03+00:00", "2026-11-21 07:00:03 UTC", "2026-11-21 02:00:03-0500",
        "1795244403", "1795244403.000", "1795244403000", "1795244403000000",
        "Sat, 21 Nov 2026 07:00:03 +0000", "21 Nov 2026 08:00:03"}) {
    CAPTURE(text);
    CHECK(moment(text) == wanted);
  }
  CHECK(moment("2026-11-21 08:00:03.25") == "2026-11-21T07:00:03.250000Z");
  CHECK(moment("2026-07-01 08:00") == "2026-07-01T06:00:00.000000Z");
  CHECK(moment("21.11.2026 08:00:03", "%d.%m.%Y %H:%M:%S") == wanted);
  CHECK(moment("11/21/26 2:00:03 -0500", "%m/%d/%y %H:%M:%S %z") == wanted);
  for (const char* const text : {"", "now", "2026-13-01 08:00:00", "2026-02-30 08:00:00",
                                 "2026-11-21", "2026-11-21 25:00:00", "1500", "-1795244403",
                                 "2026-11-21 08:00:03 CET", "0", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(moment(text).starts_with("cannot read time"));
  }
  REQUIRE(cdr::use_zone("UTC"));
}

TEST_CASE("import: durations are seconds, or what colons make of them", "[foreign]") {
  const auto length = [](std::string_view text) {
    const auto read = parse_length(text);
    return read ? read->count() : -1;
  };
  CHECK(length("83") == 83'000);
  CHECK(length("83.5") == 83'500);
  CHECK(length("83s") == 83'000);
  CHECK(length("1:23") == 83'000);
  CHECK(length("0:01:23") == 83'000);
  CHECK(length("0") == 0);
  for (const char* const text : {"", "-1", "1:60", "1:2:3:4", "x", "1h", "99999999999", "1:-2"}) {
    CAPTURE(text);
    CHECK(length(text) == -1);
  }
}

TEST_CASE("import: a call that cannot have been so is refused", "[foreign]") {
  const core::Time start = core::from_microseconds(1'795'248'000'000'000);
  const Call good{.dialled = "102", .started_at = start, .ended_at = start};
  CHECK(check(good));
  Call call = good;
  call.dialled.clear();
  CHECK(check(call).error().message == "neither caller nor called is given");
  call = good;
  call.ended_at = start - core::Seconds(1);
  CHECK(check(call).error().message == "it ends before it starts");
  call = good;
  call.answered_at = start + core::Seconds(1);
  CHECK(check(call).error().message == "it is answered before it starts or after it ends");
}

TEST_CASE("import: other systems' words for how a call ended become ours", "[foreign]") {
  CHECK(disposition_word("NO ANSWER") == "missed");
  CHECK(disposition_word("no-answer") == "missed");
  CHECK(disposition_word("ANSWERED") == "answered");
  CHECK(disposition_word("completed") == "answered");
  CHECK(disposition_word("canceled") == "cancelled");
  CHECK(disposition_word("CHANUNAVAIL") == "failed");
  CHECK_FALSE(disposition_word("in-progress"));
  CHECK(disposition_of(17) == "busy");
  CHECK(disposition_of(21) == "rejected");
  CHECK(disposition_of(std::nullopt) == "failed");
  CHECK(q850_of("USER_BUSY") == 17);
  CHECK_FALSE(q850_of("user_busy"));
  CHECK(guessed_direction("101", "102") == "internal");
  CHECK(guessed_direction("101", "+4930123456") == "outbound");
  CHECK(guessed_direction("+4930123456", "101") == "inbound");
  CHECK(guessed_direction("+4930123456", "+493099999") == "unknown");
  CHECK(guessed_direction("anonymous", "101") == "unknown");
}

TEST_CASE("import: a map names fields of ours and columns of theirs", "[foreign]") {
  constexpr std::array<std::string_view, 2> kKnown{"caller", "started"};
  const auto map = [&](std::string_view text) { return parse_columns(text, kKnown); };
  CHECK(map("caller=src, started = call date\n# a comment\n").value() ==
        Columns{{"caller", "src"}, {"started", "call date"}});
  CHECK(map("caler=src").error().hint == "did you mean caller?");
  CHECK(map("caller").error().message == "cannot read column 'caller'");
  CHECK(map("caller=#0").error().message == "cannot map caller: its column is missing");
  CHECK(are_numbered(map("caller=#3").value()));
  constexpr std::array<std::string_view, 2> kHeading{"Call Date", "SRC"};
  constexpr std::array<std::string_view, 2> kRecord{"today", "101"};
  const auto places = ColumnPlaces::find({{"started", "call_date"}, {"caller", "#2"}}, kHeading);
  REQUIRE(places);
  CHECK(places->text(kRecord, "started") == "today");
  CHECK(places->text(kRecord, "caller") == "101");
  CHECK(places->text(kRecord, "called").empty());
}

}  // namespace trunkline::foreign
