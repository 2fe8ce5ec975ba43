// SPDX-License-Identifier: MIT
#include "exchange/call_name.h"

#include <catch2/catch.hpp>

namespace trunkline::exchange {

TEST_CASE("call name: what means a call", "[exchange]") {
  const core::Json record = {{"call", "018f0000-0000-7000-8000-00000000abcd"},
                             {"caller", {{"call_id", "x1@phone"}}},
                             {"called", {{"call_id", "018f.1"}}}};
  struct Row {
    std::string name;
    bool is_named;
  };
  for (const Row& row :
       {Row{"last", true}, Row{"abcd", true}, Row{"ABCD", true}, Row{"0000abcd", true},
        Row{"bcd", false}, Row{"018f", false}, Row{"x1@phone", true}, Row{"018f.1", true},
        Row{"x1", false}, Row{"", false}, Row{"018f0000-0000-7000-8000-00000000abcd", true}}) {
    CAPTURE(row.name);
    CHECK(is_named(record, row.name) == row.is_named);
  }
  CHECK_FALSE(is_named(core::Json::object(), "abcd"));
}

TEST_CASE("call name: the faults say what to do", "[exchange]") {
  CHECK(no_such_call("zz\n").value() ==
        core::Fault{core::ExitCode::no_input, "no call is named 'zz\\x0a'",
                    "name it by its id, the end of its id, its SIP Call-ID, or last"});
  CHECK(no_such_call(kLastCall).value() ==
        core::Fault{core::ExitCode::no_input, "there is no call"});
  CHECK(ambiguous_call("abcd").value() == core::Fault{core::ExitCode::usage,
                                                      "more than one call is named 'abcd'",
                                                      "give more characters of the end of its id"});
}

}  // namespace trunkline::exchange
