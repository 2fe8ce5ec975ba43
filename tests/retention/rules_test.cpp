// SPDX-License-Identifier: MIT
#include "retention/rules.h"

#include <catch2/catch.hpp>

namespace trunkline::retention {

TEST_CASE("numbers are compared loosely for holds and strictly for erasures", "[retention]") {
  struct Row {
    const char* left;
    const char* right;
    bool may_be;
    bool is;
  };
  for (const Row& row :
       {Row{"+15550100", "+1 (555) 0100", true, true}, Row{"+15550100", "15550100", true, true},
        Row{"+15550100", "0015550100", true, true}, Row{"+15550100", "5550100", true, false},
        Row{"+4915112345678", "015112345678", true, false},
        Row{"+15550100", "+15550101", false, false}, Row{"101", "101", true, true},
        Row{"101", "2101", false, false}, Row{"alice", "ALICE", true, true},
        Row{"alice", "bob", false, false}, Row{"alice", "101", false, false},
        Row{"", "101", false, false}}) {
    CAPTURE(row.left, row.right);
    CHECK(may_be_same_number(row.left, row.right) == row.may_be);
    CHECK(may_be_same_number(row.right, row.left) == row.may_be);
    CHECK(is_same_number(row.left, row.right) == row.is);
    CHECK(is_same_number(row.right, row.left) == row.is);
  }
  CHECK(forms_of("+1 555 0100") ==
        std::vector<std::string>{"+1 555 0100", "15550100", "+15550100", "0015550100"});
  CHECK(forms_of("alice") == std::vector<std::string>{"alice"});
}

TEST_CASE("kinds and levels read as they are written", "[retention]") {
  for (const Kind kind :
       {Kind::recording, Kind::call, Kind::voicemail, Kind::transcript, Kind::message})
    CHECK(parse_kind(name_of(kind)).value() == kind);
  for (const Level level : {Level::campaign, Level::agent, Level::tenant})
    CHECK(parse_level(name_of(level)).value() == level);
  CHECK_FALSE(parse_kind("recordings"));
  CHECK_FALSE(parse_level("user"));
}

}  // namespace trunkline::retention
