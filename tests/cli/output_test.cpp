// SPDX-License-Identifier: MIT
#include "cli/output.h"

#include <catch2/catch.hpp>

#include "cli/sample.h"

namespace trunkline::cli {
namespace {

/// What `use` writes in this layout.
std::string written(Output::Form form, const std::function<void(Output&)>& use) {
  return test::run_in_child([&] {
           Output out(STDOUT_FILENO, form);
           use(out);
           out.flush();
           return 0;
         })
      .output;
}

void two_rows(Output& out) {
  out.table("thing.v1", {{"NAME"}, {"SIZE", Align::right}, {"NOTE"}});
  out.row({"a", "1", Cell("fine", Color::green)}, {{"name", "a"}, {"size", 1}});
  out.row({"Zoë 東京", "1000", ""}, {{"name", "Zoë 東京"}, {"size", 1000}});
}

TEST_CASE("a table is aligned on a terminal by what a character takes there", "[cli]") {
  CHECK(written({.layout = Layout::terminal}, two_rows) ==
        "NAME      SIZE  NOTE\n"
        "a            1  fine\n"
        "Zoë 東京  1000  \n");
}

TEST_CASE("a table on a pipe is tab-separated without a heading", "[cli]") {
  CHECK(written({.layout = Layout::pipe}, two_rows) == "a\t1\tfine\nZoë 東京\t1000\t\n");
}

TEST_CASE("a table with --json is objects with their schema first", "[cli]") {
  CHECK(written({.layout = Layout::json}, two_rows) ==
        "{\"schema\":\"thing.v1\",\"name\":\"a\",\"size\":1}\n"
        "{\"schema\":\"thing.v1\",\"name\":\"Zoë 東京\",\"size\":1000}\n");
}

TEST_CASE("the schema a daemon gave an object does not hide the verb's own", "[cli]") {
  CHECK(written({.layout = Layout::json}, [](Output& out) {
          out.record("live_call.v1", {}, {{"schema", "call.v1"}, {"call", "x"}});
        }) == "{\"schema\":\"live_call.v1\",\"call\":\"x\"}\n");
}

TEST_CASE("an empty table prints nothing", "[cli]") {
  CHECK(written({.layout = Layout::terminal}, [](Output& out) {
          out.table("thing.v1", {{"NAME"}});
        }).empty());
}

TEST_CASE("colour surrounds a cell and does not shift its column", "[cli]") {
  CHECK(written({.layout = Layout::terminal, .is_colored = true}, [](Output& out) {
          out.table("thing.v1", {{"A"}, {"B"}});
          out.row({Cell("x", Color::red), "y"}, {});
        }) == "\033[1mA\033[0m  \033[1mB\033[0m\n\033[31mx\033[0m  y\n");
}

TEST_CASE("text from outside cannot steer the terminal or break a line", "[cli]") {
  const auto hostile = [](Output& out) {
    out.table("thing.v1", {{"A"}, {"B"}});
    out.row({"a\033[2J\tb\nc",
             "\xc2\x9b"
             "31m"},
            {});
  };
  CHECK(written({.layout = Layout::pipe}, hostile) == "a\\x1b[2J\\x09b\\x0ac\t\\xc2\\x9b31m\n");
}

TEST_CASE("a record is labels and values, aligned on a terminal", "[cli]") {
  const auto record = [](Output& out) {
    out.record("thing.v1", {{"name", "a"}, {"called by", "b"}}, {{"name", "a"}});
  };
  CHECK(written({.layout = Layout::terminal}, record) == "name       a\ncalled by  b\n");
  CHECK(written({.layout = Layout::pipe}, record) == "name\ta\ncalled by\tb\n");
  CHECK(written({.layout = Layout::json}, record) == "{\"schema\":\"thing.v1\",\"name\":\"a\"}\n");
}

TEST_CASE("a watching verb keeps the columns it began with", "[cli]") {
  CHECK(written({.layout = Layout::terminal}, [](Output& out) {
          out.table("thing.v1", {{"A"}, {"B"}});
          out.row({"long", "1"}, {});
          out.flush();
          out.row({"x", "2"}, {});
          out.flush();
        }) == "A     B\nlong  1\nx     2\n");
}

TEST_CASE("times and numbers are for people on a terminal and for programs elsewhere", "[cli]") {
  ::setenv("TZ", "Europe/Berlin", 1);
  ::tzset();
  const Output terminal(-1, {.layout = Layout::terminal});
  const Output pipe(-1, {.layout = Layout::pipe});
  const core::Time moment = *core::parse_rfc3339("2026-11-21T07:00:03.5Z");
  CHECK(terminal.time(moment) == "2026-11-21 08:00:03");
  CHECK(pipe.time(moment) == "2026-11-21T07:00:03.500000Z");
  CHECK(terminal.time("2026-07-01T00:00:00Z") == "2026-07-01 02:00:00");
  CHECK(terminal.time("soon") == "soon");
  CHECK(terminal.duration(core::Milliseconds{3'723'900}) == "1:02:03");
  CHECK(pipe.duration(core::Milliseconds{3'723'900}) == "3723900");
  CHECK(terminal.size(core::ByteCount{1023}) == "1023 B");
  CHECK(terminal.size(core::ByteCount{1536}) == "1.5 KiB");
  CHECK(terminal.size(core::ByteCount{1024 * 1024 - 1}) == "1.0 MiB");
  CHECK(pipe.size(core::ByteCount{1536}) == "1536");
  CHECK(terminal.count(1'234'567) == "1,234,567");
  CHECK(terminal.count(999) == "999");
  CHECK(pipe.count(1'234'567) == "1234567");
}

TEST_CASE("the end of an id is its last eight characters", "[cli]") {
  CHECK(tail("0199a1b2-0000-7000-8000-0000deadbeef") == "deadbeef");
  CHECK(tail("short") == "short");
}

TEST_CASE("a character has the width a terminal gives it", "[cli]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Zoë") == 3);
  CHECK(display_width("Zoe\u0308") == 3);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("\U0001f4de") == 2);
  CHECK(display_width("\xff\xc3") == 2);
  CHECK(display_width("") == 0);
}

}  // namespace
}  // namespace trunkline::cli
