// SPDX-License-Identifier: MIT
#include "guard/overload.h"

#include <catch2/catch.hpp>

namespace trunkline::guard {

TEST_CASE("guard overload: calls are shed first, registrations at twice the load", "[guard]") {
  struct Row {
    Load load;
    std::optional<Rule> call;
    std::optional<Rule> registration;
  };
  const Settings settings{
      .max_lag = core::Milliseconds(500), .max_backlog_percent = 25, .max_transactions = 1000};
  const std::vector<Row> rows{
      {{}, {}, {}},
      {{.lag = core::Milliseconds(499), .backlog_percent = 24, .transactions = 999}, {}, {}},
      {{.lag = core::Milliseconds(500)}, Rule::overload_lag, {}},
      {{.lag = core::Milliseconds(1000)}, Rule::overload_lag, Rule::overload_lag},
      {{.backlog_percent = 25}, Rule::overload_backlog, {}},
      {{.backlog_percent = 50}, Rule::overload_backlog, Rule::overload_backlog},
      {{.transactions = 1000}, Rule::overload_transactions, {}},
      {{.transactions = 2000}, Rule::overload_transactions, Rule::overload_transactions},
  };
  for (const Row& row : rows) {
    CAPTURE(row.load.lag.count(), row.load.backlog_percent, row.load.transactions);
    Overload overload;
    overload.measured(row.load, settings);
    overload.measured(row.load, settings);
    const auto rule = [&](Work work) -> std::optional<Rule> {
      const auto refusal = overload.refusal(work);
      if (!refusal) return std::nullopt;
      CHECK(refusal->status() == 503);
      CHECK(refusal->retry_after > core::Seconds(0));
      return refusal->rule;
    };
    CHECK(rule(Work::call) == row.call);
    CHECK(rule(Work::registration) == row.registration);
  }
}

TEST_CASE("guard overload: it ends below half of the measure", "[guard]") {
  const Settings settings{.max_lag = core::Milliseconds(500)};
  Overload overload;
  overload.measured({.lag = core::Milliseconds(300)}, settings);
  CHECK_FALSE(overload.refusal(Work::call));
  overload.measured({.lag = core::Milliseconds(500)}, settings);
  overload.measured({.lag = core::Milliseconds(500)}, settings);
  CHECK(overload.refusal(Work::call));
  overload.measured({.lag = core::Milliseconds(300)}, settings);
  CHECK(overload.refusal(Work::call));
  overload.measured({.lag = core::Milliseconds(249)}, settings);
  CHECK_FALSE(overload.refusal(Work::call));
}

TEST_CASE("guard overload: a loop that is late once stood still, and sheds nothing", "[guard]") {
  const Settings settings{.max_lag = core::Milliseconds(500)};
  Overload overload;
  for (int i = 0; i < 3; ++i) {
    overload.measured({.lag = core::Seconds(100)}, settings);
    CHECK_FALSE(overload.refusal(Work::call));
    overload.measured({.lag = core::Milliseconds(0)}, settings);
    CHECK_FALSE(overload.refusal(Work::call));
  }
}

TEST_CASE("guard overload: a measure of 0 is not looked at", "[guard]") {
  const Settings settings{
      .max_lag = core::Milliseconds(0), .max_backlog_percent = 0, .max_transactions = 0};
  Overload overload;
  for (int i = 0; i < 2; ++i) {
    overload.measured(
        {.lag = core::Seconds(100), .backlog_percent = 100, .transactions = 1'000'000}, settings);
  }
  CHECK_FALSE(overload.refusal(Work::call));
}

}  // namespace trunkline::guard
