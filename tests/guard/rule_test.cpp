// SPDX-License-Identifier: MIT
#include "guard/rule.h"

#include <catch2/catch.hpp>
#include <set>

namespace trunkline::guard {

TEST_CASE("guard rules: every one has a name of its own, an answer, a meaning and advice",
          "[guard]") {
  std::set<std::string_view> names;
  for (const RuleRow& row : rules()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(row.name.starts_with("guard."));
    CHECK((row.status == 0 || row.status == 403 || row.status == 503));
    CHECK((row.q850_cause == 21 || row.q850_cause == 42));
    CHECK_FALSE(row.meaning.empty());
    CHECK_FALSE(row.advice.empty());
    CHECK(parse_rule(row.name) == row.rule);
    CHECK(&row_of(row.rule) == &row);
    CHECK(is_ban(row.rule) == row.name.starts_with("guard.ban."));
    // RFC 3261 21.5.4: 503 speaks of the whole server.
    const bool is_ours =
        row.name.starts_with("guard.global.") || row.name.starts_with("guard.overload.");
    CHECK((row.status == 503) == is_ours);
  }
  CHECK(rules().size() == static_cast<std::size_t>(Rule::overload_transactions) + 1);
  CHECK_FALSE(parse_rule("guard.nothing"));
}

}  // namespace trunkline::guard
