// SPDX-License-Identifier: MIT
#include "config/dotenv.h"

#include <catch2/catch.hpp>

namespace trunkline::config {
namespace {

struct Read {
  std::string_view text;
  std::string_view name;
  std::string_view value;
  bool has_reference = false;
};

TEST_CASE("dotenv: a line is read as a shell would, without running anything", "[config]") {
  const Read read =
      GENERATE(values<Read>({{"A=1", "A", "1"},
                             {"export A=1", "A", "1"},
                             {"  export\tA=1", "A", "1"},
                             {"export=1", "export", "1"},
                             {"A=", "A", ""},
                             {"A= # nothing", "A", ""},
                             {"A=#1", "A", "#1"},
                             {"A=abc#def", "A", "abc#def"},
                             {"A=abc #def", "A", "abc"},
                             {"A = b c  ", "A", "b c"},
                             {"A='b # c'", "A", "b # c"},
                             {"A='$B \\n'  # d", "A", "$B \\n"},
                             {R"(A="b \"c\" \\ \$D \q\n")", "A", "b \"c\" \\ $D \\q\n"},
                             {"A=\"${B}/c\"", "A", "${B}/c", true},
                             {"A=$B", "A", "$B", true},
                             {"A=$(date)", "A", "$(date)", true},
                             {"A=pa$$5", "A", "pa$$5"},
                             {"A=b'c\"d", "A", "b'c\"d"},
                             {"A=postgres://u:p@h/d?x=1", "A", "postgres://u:p@h/d?x=1"},
                             {"port-min=10000", "port-min", "10000"},
                             {"A=1\r", "A", "1"},
                             {"\xef\xbb\xbf"
                              "A=1",
                              "A", "1"},
                             {"# x\n\nA=1\nA=2\n", "A", "2"}}));
  INFO(read.text);
  const auto entries = parse_dotenv(read.text, "f");
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().name == read.name);
  CHECK(entries->front().value.reveal_text() == read.value);
  CHECK(entries->front().has_reference == read.has_reference);
}

TEST_CASE("dotenv: what is no line of such a file is refused by its number, never shown",
          "[config]") {
  struct Refused {
    std::string_view text;
    std::string_view message;
  };
  const Refused refused = GENERATE(
      values<Refused>({{"A=1\nB=\"geheim\ngeheim\"", "f:2: the value of B has no closing quote"},
                       {"A='geheim", "f:1: the value of A has no closing quote"},
                       {"A=\"geheim\\\"", "f:1: the value of A has no closing quote"},
                       {"A=geheim\\\nB=1", "f:1: the value of A goes on in the next line"},
                       {"A='x'geheim", "f:1: something follows the quoted value of A"},
                       {"A='x'#geheim", "f:1: something follows the quoted value of A"},
                       {"geheim", "f:1: this line has no '=' behind a name"},
                       {"=geheim", "f:1: no name of a variable stands here"},
                       {"1A=geheim", "f:1: no name of a variable stands here"},
                       {"A=\xff", "f:1: this is no text"},
                       {std::string_view("A=b\0c", 5), "f:1: this is no text"}}));
  INFO(refused.text);
  const auto entries = parse_dotenv(refused.text, "f");
  REQUIRE_FALSE(entries);
  CHECK(entries.error().code == core::ExitCode::data);
  CHECK(entries.error().message == refused.message);
  CHECK_FALSE(entries.error().hint.empty());
}

TEST_CASE("dotenv: lines are counted and of a name given twice the last stands", "[config]") {
  const auto entries = parse_dotenv("A=1\n# c\nB=2\nA=3\n", "f");
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  CHECK((*entries)[0].name == "B");
  CHECK((*entries)[0].line == 3);
  CHECK((*entries)[1].line == 4);
  CHECK((*entries)[1].value.reveal_text() == "3");
}

}  // namespace
}  // namespace trunkline::config
