// SPDX-License-Identifier: MIT
#include "cdr/csv_reader.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "cdr/csv.h"
#include "cdr/text_source.h"
#include "support/temporary_directory.h"

namespace trunkline::cdr {
namespace {

using Records = std::vector<std::vector<std::string>>;

struct Outcome {
  Records records;
  std::vector<std::uint64_t> lines;
  std::vector<std::string> faults;  ///< with their hints

  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, const CsvForm& form = {}, std::size_t step = 1'000'000) {
  CsvReader reader(source_of(text, step), "calls.csv", form);
  Outcome outcome;
  while (!reader.is_broken()) {
    const auto more = reader.next();
    if (!more) {
      CHECK(more.error().code == core::ExitCode::data);
      outcome.faults.push_back(more.error().message + " | " + more.error().hint);
      continue;
    }
    if (!*more) break;
    outcome.records.emplace_back(reader.fields().begin(), reader.fields().end());
    outcome.lines.push_back(reader.line());
  }
  return outcome;
}

TEST_CASE("csv reader: what RFC 4180 allows is read", "[cdr]") {
  struct Case {
    std::string_view text;
    Records expected;
  };
  const std::vector<Case> cases{
      {"", {}},
      {"a", {{"a"}}},
      {"a,b\r\n", {{"a", "b"}}},
      {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {",\n,", {{"", ""}, {"", ""}}},
      {"\"\",x\n", {{"", "x"}}},
      {"\"\"\n", {{""}}},
      {"\"a,b\",\"say \"\"x\"\"\"\n", {{"a,b", "say \"x\""}}},
      {"\"two\r\nlines\",x\r\ny,z\r\n", {{"two\r\nlines", "x"}, {"y", "z"}}},
      {"\"\"\"\"\"\"\n", {{"\"\""}}},
      {"\xef\xbb\xbf"
       "a,b\n",
       {{"a", "b"}}},
      {"\xef\xbb\xbf\"a\",b\n", {{"a", "b"}}},
      {"\xef\xbb\xbf", {}},
      {"\n\r\na\n\n\nb\n\n", {{"a"}, {"b"}}},
      {" a , b \n", {{" a ", " b "}}},
      {"M\xc3\xbcller,x\n", {{"M\xc3\xbcller", "x"}}},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    // However the bytes come.
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{1'000}}) {
      const Outcome outcome = read(one.text, {}, step);
      CHECK(outcome.faults.empty());
      CHECK(outcome.records == one.expected);
    }
  }
}

TEST_CASE("csv reader: a record knows the line it begins in", "[cdr]") {
  const Outcome outcome = read("a,b\n\n\"x\ny\nz\",1\r\nlast,2\n");
  CHECK(outcome.lines == std::vector<std::uint64_t>{1, 3, 6});
}

TEST_CASE("csv reader: the delimiter is told by the first line unless it is given", "[cdr]") {
  struct Case {
    std::string_view text;
    std::optional<char> given;
    std::vector<std::string> expected;
  };
  const std::vector<Case> cases{
      {"a;b;c,d\n", {}, {"a", "b", "c,d"}}, {"a\tb\n", {}, {"a", "b"}},
      {"a|b|c\n", {}, {"a", "b", "c"}},     {"\"a;b;c;d\",e\n", {}, {"a;b;c;d", "e"}},
      {"a;b,c\n", {}, {"a;b", "c"}},        {"one\n", {}, {"one"}},
      {"a;b,c\n", ';', {"a", "b,c"}},       {"a:b\n", ':', {"a", "b"}},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(read(one.text, {.delimiter = one.given}).records == Records{one.expected});
  }
}

TEST_CASE("csv reader: what it cannot read it tells by line, and goes on where that is safe",
          "[cdr]") {
  struct Case {
    std::string_view text;
    Outcome expected;
  };
  const std::vector<Case> cases{
      {"a,b\nc\nd,e\n",
       {{{"a", "b"}, {"d", "e"}},
        {1, 3},
        {"calls.csv:2: 1 field, and line 1 has 2 | fields are separated by ','"}}},
      {"\na,b\nc,d,e\n",
       {{{"a", "b"}},
        {2},
        {"calls.csv:3: 3 fields, and line 2 has 2 | fields are separated by ','"}}},
      {"a\n\xfc\nb\n",
       {{{"a"}, {"b"}},
        {1, 3},
        {"calls.csv:2: not UTF-8 | where it is Latin 1: iconv -f LATIN1 -t UTF-8"}}},
      {std::string_view("\xff\xfe\x61\x00\n", 5),
       {{}, {}, {"calls.csv:1: a NUL byte | where it is UTF-16: iconv -f UTF-16 -t UTF-8"}}},
      {"a\n5\" pipe\nb\n",
       {{{"a"}},
        {1},
        {"calls.csv:2: a quote inside of a field that does not begin with one | put the field into "
         "quotes and double this one"}}},
      {"a\n\"x\ny\"z\n",
       {{{"a"}}, {1}, {"calls.csv:3: text behind a closing quote | double a quote that is text"}}},
      {"a,b\n1,\"x\ny\n",
       {{{"a", "b"}}, {1}, {"calls.csv:2: a quoted field has no end | close the quote"}}},
      {"a\rb\r",
       {{},
        {},
        {"calls.csv:1: a carriage return without a line feed | lines end with LF or CRLF: tr '\\r' "
         "'\\n'"}}},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    for (const std::size_t step : {std::size_t{1}, std::size_t{1'000}}) {
      const Outcome outcome = read(one.text, {}, step);
      CHECK(outcome.faults == one.expected.faults);
      CHECK(outcome.records == one.expected.records);
      CHECK(outcome.lines == one.expected.lines);
    }
  }
}

TEST_CASE("csv reader: a broken file gives its fault again, and no further record", "[cdr]") {
  CsvReader reader(source_of("\"a\"b\nc\n"), "calls.csv");
  const auto first = reader.next();
  const auto again = reader.next();
  REQUIRE(!first);
  REQUIRE(!again);
  CHECK(first.error() == again.error());
  CHECK(reader.fields().empty());
}

TEST_CASE("csv reader: a record without end is refused before it fills the memory", "[cdr]") {
  std::size_t given = 0;
  const auto endless = [&](char letter) {
    return [&given, letter](std::span<char> space) {
      std::fill(space.begin(), space.end(), letter);
      given += space.size();
      return space.size();
    };
  };
  CsvReader reader(endless('x'), "calls.csv");
  const auto more = reader.next();
  REQUIRE(!more);
  CHECK(more.error().message == "calls.csv:1: a record is longer than 1MiB");
  CHECK(reader.is_broken());
  CHECK(given < std::size_t{8} * 1024 * 1024);
  // A stray quote is what makes most of them.
  const std::string text = "a,b\n5\" pipe,2\n" + std::string(2'000'000, 'x');
  CsvReader quoted(source_of(text), "calls.csv");
  CHECK(quoted.next().value());
  CHECK(quoted.next().error().message ==
        "calls.csv:2: a quote inside of a field that does not begin with one");
}

TEST_CASE("csv reader: a record may be longer than what is read at once", "[cdr]") {
  const std::string large(700'000, 'y');
  const std::string text = "a,\"" + large + "\"\nb,c\n";
  const Outcome outcome = read(text);
  REQUIRE(outcome.records.size() == 2);
  CHECK(outcome.records[0][1] == large);
  CHECK(read(text, {.longest_record = core::ByteCount{100}}).faults ==
        std::vector<std::string>{"calls.csv:1: a quoted field has no end | close the quote"});
  CHECK(read(large, {.longest_record = core::ByteCount{100}}).faults ==
        std::vector<std::string>{"calls.csv:1: a record is longer than 100B | look for a line that "
                                 "never ends"});
}

TEST_CASE("csv reader: ragged records are read where they are wanted", "[cdr]") {
  CHECK(read("a,b\nc\n", {.is_ragged = true}).records == Records{{"a", "b"}, {"c"}});
}

TEST_CASE("csv reader: what append_csv_field writes is read again", "[cdr]") {
  const std::vector<std::string> fields{"",   "plain", "a,b", "say \"x\"", "two\r\nlines",
                                        "\"", ",",     " "};
  std::string line;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) line += ',';
    append_csv_field(line, field);
  }
  CHECK(read(line + "\r\n").records == Records{fields});
}

TEST_CASE("csv reader: a file is read from disk, and one that is not there is told", "[cdr]") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "rates.csv";
  std::ofstream(path) << "a,b\n1,2\n";
  CsvReader reader = CsvReader::open(path).value();
  CHECK(reader.next().value());
  CHECK(reader.next().value());
  CHECK(reader.fields()[1] == "2");
  CHECK(reader.fault_here("no price", "give one").message == path.string() + ":2: no price");
  CHECK_FALSE(reader.next().value());
  CHECK_FALSE(reader.next().value());
  const auto missing = CsvReader::open(directory.path() / "none.csv");
  REQUIRE(!missing);
  CHECK(missing.error().code == core::ExitCode::no_input);
  CHECK(missing.error().message ==
        "cannot open " + (directory.path() / "none.csv").string() + ": no such file or directory");
}

}  // namespace
}  // namespace trunkline::cdr
