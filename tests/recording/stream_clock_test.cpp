// SPDX-License-Identifier: MIT
#include "recording/stream_clock.h"

#include <catch2/catch.hpp>

namespace trunkline::recording {

TEST_CASE("stream clock: packets of 20 ms are 20 ms apart, whatever the clock, over the wrap",
          "[stream_clock]") {
  struct Case {
    std::uint32_t clock_rate;
    std::uint32_t sample_rate;
  };
  const Case cases[] = {{8000, 8000},   {8000, 16'000}, {48'000, 16'000},
                        {48'000, 8000}, {16'000, 8000}, {32'000, 16'000}};
  for (const Case& row : cases) {
    CAPTURE(row.clock_rate, row.sample_rate);
    StreamClock clock(row.sample_rate);
    const std::uint32_t step = row.clock_rate / 50;
    std::uint32_t timestamp = 0U - 10 * step;
    std::uint32_t before = clock.scaled(1, timestamp, row.clock_rate, 0);
    for (int i = 0; i < 20; ++i) {
      timestamp += step;
      const std::uint32_t now = clock.scaled(1, timestamp, row.clock_rate, 0);
      CHECK(now - before == row.sample_rate / 50);
      before = now;
    }
    // One that comes late lies before.
    CHECK(clock.scaled(1, timestamp - step, row.clock_rate, 0) == before - row.sample_rate / 50);
  }
}

TEST_CASE("stream clock: the recording's own clock is passed through", "[stream_clock]") {
  StreamClock clock(8000);
  for (const std::uint32_t timestamp : {4'000'000'000U, 5U, 4'294'967'295U, 2'000'000'000U}) {
    CHECK(clock.scaled(1, timestamp, 8000, 0) == timestamp);
  }
}

TEST_CASE("stream clock: a new codec goes on where the old one was", "[stream_clock]") {
  StreamClock clock(16'000);
  const std::uint32_t last = clock.scaled(1, 160, 8000, 1000);
  // 20 ms later, of a clock that counts differently and from elsewhere.
  CHECK(clock.scaled(1, 3'000'000'000U, 48'000, 1320) == last + 320);
  CHECK(clock.scaled(1, 3'000'000'960U, 48'000, 1640) == last + 640);
}

TEST_CASE("stream clock: a sender that leaps for ever does not overflow", "[stream_clock]") {
  StreamClock clock(16'000);
  std::uint32_t timestamp = 0;
  for (int i = 0; i < 100'000; ++i) {
    timestamp += 0x7FFFFFFFU;
    (void)clock.scaled(1, timestamp, 8000, i);  // the sanitizers watch
  }
  const std::uint32_t before = clock.scaled(1, timestamp, 8000, 0);
  CHECK(clock.scaled(1, timestamp + 160, 8000, 0) == before + 320);
}

}  // namespace trunkline::recording
