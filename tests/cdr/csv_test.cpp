// SPDX-License-Identifier: MIT
#include "cdr/csv.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "cdr/cursor.h"
#include "cdr/zone.h"
#include "core/text.h"

namespace trunkline::cdr {
namespace {

TEST_CASE("csv: a field is quoted where RFC 4180 asks for it", "[cdr]") {
  const auto field = [](std::string_view text) {
    std::string line;
    append_csv_field(line, text);
    return line;
  };
  CHECK(field("").empty());
  CHECK(field("plain +49 30") == "plain +49 30");
  CHECK(field("a,b") == "\"a,b\"");
  CHECK(field("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(field("two\nlines") == "\"two\nlines\"");
  CHECK(field("\r") == "\"\r\"");
}

TEST_CASE("csv: a line has the columns of the heading and ends with CRLF", "[cdr]") {
  const Call call{.caller = {.name = "Ann, B.", .number = "101"},
                  .dialled = "102",
                  .state = "ended",
                  .sip_status = 200,
                  .started_at = core::parse_rfc3339("2026-11-21T08:00:00Z").value(),
                  .talk_ms = 6037,
                  .trunk = "carrier",
                  .did = "+4930123456",
                  .campaign = "spring"};
  const std::string heading = csv_heading();
  const std::string line = csv_line(call, "acme", core::to_rfc3339);
  CHECK(heading.starts_with("call,tenant,node,direction,state,"));
  CHECK(heading.ends_with(",cost_currency,trunk,did,campaign\r\n"));
  CHECK(line.ends_with(",carrier,+4930123456,spring\r\n"));
  CHECK(line.find(",\"Ann, B.\",101,102,") != std::string::npos);
  CHECK(line.find(",2026-11-21T08:00:00.000000Z,,,,,,6037,") != std::string::npos);
  // One comma more: the one between quotes.
  CHECK(core::split(line, ',').size() == core::split(heading, ',').size() + 1);
}

TEST_CASE("cursor: what is written is read again, and never goes backwards", "[cdr]") {
  const auto node = core::NodeId::make(core::from_microseconds(1'000'000));
  const auto other = core::NodeId::make(core::from_microseconds(2'000'000));
  Cursor cursor;
  CHECK(cursor.text() == "start");
  CHECK(Cursor::parse("start\n").value().positions().empty());
  cursor.advance(node, 7);
  cursor.advance(node, 3);
  cursor.advance(other, 1);
  CHECK(cursor.position(node) == 7);
  CHECK(cursor.text() == node.text() + ":7," + other.text() + ":1");
  CHECK(Cursor::parse(cursor.text()).value().positions() == cursor.positions());
  for (const std::string& wrong :
       {std::string(), std::string("x"), node.text(), node.text() + ":", node.text() + ":-1",
        node.text() + ":99999999999999999999", "x:1," + node.text() + ":1"})
    CHECK(Cursor::parse(wrong).error().code == core::ExitCode::usage);
}

TEST_CASE("zone: times have the place's distance from UTC, in both autumn hours", "[cdr]") {
  const auto in = [](std::string_view zone, std::string_view utc) {
    REQUIRE(use_zone(zone));
    const std::string text = to_local_rfc3339(core::parse_rfc3339(utc).value());
    REQUIRE(use_zone("UTC"));
    CHECK(core::parse_rfc3339(text).value() == core::parse_rfc3339(utc).value());
    return text;
  };
  CHECK(in("UTC", "2026-11-21T08:00:00.000001Z") == "2026-11-21T08:00:00.000001+00:00");
  CHECK(in("Europe/Berlin", "2026-10-25T00:30:00Z") == "2026-10-25T02:30:00.000000+02:00");
  CHECK(in("Europe/Berlin", "2026-10-25T01:30:00Z") == "2026-10-25T02:30:00.000000+01:00");
  CHECK(in("America/St_Johns", "2026-01-01T00:00:00Z") == "2025-12-31T20:30:00.000000-03:30");
  CHECK(in("Asia/Kathmandu", "2026-01-01T00:00:00Z") == "2026-01-01T05:45:00.000000+05:45");
  CHECK(in("Europe/Berlin", "1969-12-31T23:59:59.5Z") == "1970-01-01T00:59:59.500000+01:00");
  for (const std::string_view wrong :
       {"", "Berlin", "Europe/", "/etc/passwd", "../zoneinfo/UTC", "UTC0", "EST5EDT,M3.2.0"}) {
    INFO(wrong);
    CHECK_FALSE(use_zone(wrong));
  }
  CHECK(use_zone("Europe/Berln").error().message == "cannot find the time zone 'Europe/Berln'");
}

}  // namespace
}  // namespace trunkline::cdr
