// SPDX-License-Identifier: MIT
#include "rtp/quality.h"

#include <catch2/catch.hpp>

namespace trunkline::rtp {

TEST_CASE("quality: the rating falls with loss and delay as G.107 says", "[quality]") {
  struct Row {
    std::string_view codec;
    double loss_percent;
    double delay_ms;
    double rating;
    double score;
  };
  // Worked out by hand: 93.2 - 0.024 d - 0.11 (d - 177.3)+ - (Ie + (95 - Ie) Ppl / (Ppl + Bpl)).
  const auto row = GENERATE(Row{"PCMU", 0, 0, 93.2, 4.41},         // G.107's own default
                            Row{"pcma", 0, 100, 90.8, 4.36},       // 2.4 for the delay
                            Row{"PCMU", 5, 0, 77.4193, 3.92},      // 95 * 5 / 30.1 = 15.7807
                            Row{"PCMU", 0, 277.3, 75.5448, 3.85},  // 6.6552 + 11
                            Row{"G729", 0, 0, 82.2, 4.11},
                            Row{"G729", 5, 100, 62.3, 3.22},  // 2.4 + 11 + 84 * 5 / 24 = 30.9
                            Row{"opus", 1, 20, 89.0803, 4.31}, Row{"PCMU", 100, 1000, 0, 1.0},
                            Row{"PCMU", 500, -3, 17.2617, 1.18});  // as 100 % and no delay
  CAPTURE(row.codec, row.loss_percent, row.delay_ms);
  const Impairments impairments{.loss_percent = row.loss_percent, .delay_ms = row.delay_ms};
  REQUIRE(transmission_rating(row.codec, impairments));
  CHECK(*transmission_rating(row.codec, impairments) == Approx(row.rating).margin(0.001));
  CHECK(*opinion_score(row.codec, impairments) == Approx(row.score).margin(0.006));
}

TEST_CASE("quality: a codec without published figures is not rated", "[quality]") {
  CHECK_FALSE(transmission_rating("iLBC", {}));
  CHECK_FALSE(opinion_score("", {}));
}

TEST_CASE("quality: scores stay between 1 and 4.5", "[quality]") {
  CHECK(opinion_score(-5) == 1.0);
  CHECK(opinion_score(0) == 1.0);
  CHECK(opinion_score(3) == 1.0);
  CHECK(opinion_score(60) == Approx(3.1));
  CHECK(opinion_score(100) == 4.5);
  CHECK(opinion_score(120) == 4.5);
}

TEST_CASE("quality: delay is half the way there and back, the jitter buffer and a packet",
          "[quality]") {
  CHECK(one_way_delay_ms(0, 0) == 20.0);
  CHECK(one_way_delay_ms(120, 5) == 90.0);
}

}  // namespace trunkline::rtp
