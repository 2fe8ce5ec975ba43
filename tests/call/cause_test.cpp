// SPDX-License-Identifier: MIT
#include "call/cause.h"

#include <catch2/catch.hpp>
#include <vector>

namespace trunkline::call {

TEST_CASE("cause: a called side's final answer becomes what the caller is told and what is booked",
          "[call]") {
  struct Row {
    int status;
    bool was_ringing;
    Outcome outcome;
  };
  using D = Disposition;
  const std::vector<Row> rows{
      {486, true, {486, 17, D::busy}},      {486, false, {486, 17, D::busy}},
      {600, true, {600, 17, D::busy}},      {603, true, {603, 21, D::rejected}},
      {603, false, {603, 21, D::rejected}}, {403, false, {403, 21, D::rejected}},
      {480, true, {480, 19, D::missed}},    {480, false, {480, 18, D::failed}},
      {408, true, {480, 19, D::missed}},    {408, false, {480, 18, D::failed}},
      {487, true, {480, 16, D::missed}},    {404, false, {404, 1, D::failed}},
      {302, true, {480, 23, D::rejected}},  {401, false, {500, 21, D::failed}},
      {407, false, {500, 21, D::failed}},   {488, false, {488, 88, D::failed}},
      {415, false, {488, 79, D::failed}},   {503, false, {480, 27, D::failed}},
      {500, true, {500, 41, D::failed}},    {599, true, {599, 41, D::failed}},
      {499, false, {499, 31, D::failed}},   {699, false, {699, 21, D::rejected}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status, row.was_ringing);
    const Outcome outcome = outcome_of(row.status, row.was_ringing);
    CHECK(outcome.status == row.outcome.status);
    CHECK(outcome.q850_cause == row.outcome.q850_cause);
    CHECK(name_of(outcome.disposition) == name_of(row.outcome.disposition));
  }
}

TEST_CASE("cause: every status from 300 to 699 has an answer fit for the caller", "[call]") {
  for (int status = 300; status < 700; ++status) {
    for (const bool was_ringing : {false, true}) {
      CAPTURE(status, was_ringing);
      const Outcome outcome = outcome_of(status, was_ringing);
      CHECK(outcome.status >= 400);
      CHECK(outcome.status < 700);
      CHECK(outcome.status != 401);
      CHECK(outcome.status != 407);
      CHECK(outcome.status != 503);
      CHECK(outcome.q850_cause >= 1);
      CHECK(outcome.q850_cause <= 127);
    }
  }
}

TEST_CASE("cause: of several branches the one that tells most decides", "[call]") {
  struct Row {
    std::vector<int> statuses;
    std::size_t best;
  };
  const std::vector<Row> rows{
      {{486}, 0},      {{503, 486}, 1}, {{486, 603}, 1}, {{408, 486, 480}, 1},
      {{500, 404}, 1}, {{302, 486}, 0}, {{408, 480}, 1}, {{480, 404, 415}, 2},
      {{603, 600}, 0}, {{503, 408}, 1}, {{503, 500}, 1}, {{499, 480}, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.statuses);
    CHECK(best_of(row.statuses) == row.best);
  }
}

TEST_CASE("cause: dispositions are read back by their names", "[call]") {
  for (const auto disposition : {Disposition::answered, Disposition::busy, Disposition::missed,
                                 Disposition::rejected, Disposition::cancelled, Disposition::failed,
                                 Disposition::refused, Disposition::interrupted}) {
    CHECK(parse_disposition(name_of(disposition)) == disposition);
  }
  CHECK_FALSE(parse_disposition("lost").has_value());
  CHECK(q850_of(200) == 16);
  CHECK(q850_of(404) == 1);
  CHECK(q850_of(503) == 42);
  CHECK(phrase_of(486) == "Busy Here");
  CHECK(phrase_of(699) == "Global Failure");
}

}  // namespace trunkline::call
