// SPDX-License-Identifier: MIT
#include "call/session.h"

#include <catch2/catch.hpp>

#include <vector>

namespace trunkline::call {

using core::Milliseconds;
using core::Seconds;

TEST_CASE("session: an interval below ours is too short for those who can ask again", "[call]") {
  const SessionPolicy policy{.expires = Seconds(1800), .least = Seconds(90)};
  CHECK(too_short({.has_timer = true, .session = {.expires = Seconds(89)}}, policy) == Seconds(90));
  CHECK_FALSE(too_short({.has_timer = true, .session = {.expires = Seconds(90)}}, policy));
  CHECK_FALSE(too_short({.has_timer = false, .session = {.expires = Seconds(10)}}, policy));
  CHECK_FALSE(too_short({.has_timer = true}, policy));
}

TEST_CASE("session: what is granted (RFC 4028 section 9)", "[call]") {
  struct Row {
    bool has_timer;
    int expires;
    int least;
    Refresher asked;
    int policy;
    int granted;
    Refresher refresher;
    bool is_required;
  };
  using enum Refresher;
  const std::vector<Row> rows{
      // Nobody wants one.
      {false, 0, 0, unsaid, 1800, 0, unsaid, false},
      {true, 0, 0, unsaid, 0, 0, unsaid, false},
      // Ours, where the caller knows how.
      {true, 0, 0, unsaid, 1800, 1800, asker, true},
      // Theirs, shortened to ours, never below what they or we want at least.
      {true, 3600, 0, asker, 1800, 1800, asker, true},
      {true, 3600, 2400, answerer, 1800, 2400, answerer, true},
      {true, 600, 0, unsaid, 1800, 600, asker, true},
      {true, 600, 0, unsaid, 0, 600, asker, true},
      // A proxy asked: the phone cannot refresh, we do.
      {false, 600, 0, asker, 1800, 600, answerer, false},
      {false, 30, 0, unsaid, 1800, 90, answerer, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.has_timer, row.expires, row.least, row.policy);
    const SessionTerms terms = granted({.has_timer = row.has_timer,
                                        .session = {.expires = Seconds(row.expires),
                                                    .least = Seconds(row.least),
                                                    .refresher = row.asked}},
                                       {.expires = Seconds(row.policy), .least = Seconds(90)});
    CHECK(terms.expires == Seconds(row.granted));
    CHECK(terms.refresher == row.refresher);
    CHECK(terms.is_required == row.is_required);
  }
}

TEST_CASE("session: what is proposed, also after a 422", "[call]") {
  const SessionPolicy policy{.expires = Seconds(600), .least = Seconds(90)};
  CHECK(proposed(policy) == SessionTerms{.expires = Seconds(600), .least = Seconds(90)});
  CHECK(proposed(policy, Seconds(900)) ==
        SessionTerms{.expires = Seconds(900), .least = Seconds(900)});
  CHECK(proposed({.expires = Seconds(0)}, Seconds(900)) == SessionTerms{});
}

TEST_CASE("session: when to refresh and when to give up (RFC 4028 section 10)", "[call]") {
  CHECK(refresh_after(Seconds(1800)) == Seconds(900));
  CHECK(expire_after(Seconds(1800)) == Seconds(1768));
  CHECK(expire_after(Seconds(90)) == Seconds(60));
  CHECK(refresh_after(Seconds(90)) < expire_after(Seconds(90)));
}

TEST_CASE("session: pauses after a 491 (RFC 3261 section 14.1)", "[call]") {
  bool is_spread = false;
  const Milliseconds first = glare_pause(true, core::SteadyTime(Seconds(1)));
  for (int i = 0; i < 1000; ++i) {
    const core::SteadyTime now(core::Microseconds(1'000'000 + 997 * i));
    const Milliseconds ours = glare_pause(true, now);
    const Milliseconds theirs = glare_pause(false, now);
    CHECK(ours >= Milliseconds(2100));
    CHECK(ours <= Milliseconds(4000));
    CHECK(theirs >= Milliseconds(0));
    CHECK(theirs <= Milliseconds(2000));
    if (ours != first) is_spread = true;
  }
  CHECK(is_spread);
}

}  // namespace trunkline::call
