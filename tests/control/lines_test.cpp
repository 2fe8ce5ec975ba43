// SPDX-License-Identifier: MIT
#include "control/lines.h"

#include <catch2/catch.hpp>
#include <vector>

#include "control/message.h"

namespace trunkline::control {
namespace {

std::vector<std::string> take_all(Lines& lines) {
  std::vector<std::string> taken;
  while (auto line = lines.next()) taken.push_back(std::move(*line));
  return taken;
}

TEST_CASE("lines: are the same however the bytes are cut", "[control]") {
  const std::string text = "one\n\ntwo\r\nthree\nrest";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    Lines lines;
    std::vector<std::string> taken;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      lines.append(text.substr(at, piece));
      for (std::string& line : take_all(lines)) taken.push_back(std::move(line));
    }
    CHECK(taken == std::vector<std::string>{"one", "", "two", "three"});
    CHECK(lines.size() == 4);
  }
}

TEST_CASE("lines: the longest allowed line passes, one byte more overflows for good", "[control]") {
  Lines lines;
  lines.append(std::string(kLongestLine, 'x'));
  CHECK_FALSE(lines.next());
  CHECK_FALSE(lines.has_overflowed());
  lines.append("\n");
  CHECK(lines.next()->size() == kLongestLine);

  lines.append(std::string(kLongestLine + 1, 'x'));
  CHECK_FALSE(lines.next());
  CHECK(lines.has_overflowed());
  CHECK(lines.size() == 0);
  lines.append("x\n");
  CHECK_FALSE(lines.next());
}

TEST_CASE("lines: a whole line that is too long overflows too", "[control]") {
  Lines lines;
  lines.append(std::string(kLongestLine + 1, 'x') + "\nnext\n");
  CHECK_FALSE(lines.next());
  CHECK(lines.has_overflowed());
}

TEST_CASE("lines: many short ones do not add up", "[control]") {
  Lines lines;
  for (int i = 0; i < 100'000; ++i) {
    lines.append("a line of some twenty bytes\n");
    REQUIRE(lines.next());
  }
  CHECK(lines.size() == 0);
  CHECK_FALSE(lines.has_overflowed());
}

}  // namespace
}  // namespace trunkline::control
