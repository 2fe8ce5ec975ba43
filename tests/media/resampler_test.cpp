// SPDX-License-Identifier: MIT
#include "media/resampler.h"

#include <catch2/catch.hpp>

#include "support/tone.h"

namespace trunkline::media {

TEST_CASE("resampler: each packet comes out at its own length, and the tone stays", "[resampler]") {
  struct Case {
    std::uint32_t from;
    std::uint32_t to;
  };
  const Case cases[] = {{8000, 16'000}, {16'000, 8000},   {48'000, 16'000}, {32'000, 8000},
                        {8000, 8000},   {44'100, 16'000}, {44'100, 8000}};
  for (const Case& row : cases) {
    CAPTURE(row.from, row.to);
    Resampler resampler(row.from, row.to);
    const std::size_t packet = row.from / 50;
    const auto tone = test::make_tone(440, packet * 100, 8000, row.from);
    std::vector<std::int16_t> out;
    for (std::size_t i = 0; i < 100; ++i) {
      const auto part = resampler.push(std::span(tone).subspan(i * packet, packet));
      CHECK(part.size() == row.to / 50);
      out.insert(out.end(), part.begin(), part.end());
    }
    const std::span<const std::int16_t> steady(out.data() + row.to / 10, row.to);
    CHECK(test::tone_amplitude(steady, 440, row.to) == Approx(8000).epsilon(0.01));
    CHECK(test::tone_amplitude(steady, 3100, row.to) < 50);
  }
}

TEST_CASE("resampler: what the lower rate cannot hold is filtered out", "[resampler]") {
  Resampler resampler(16'000, 8000);
  const auto tone = test::make_tone(6000, 16'000, 8000, 16'000);
  const auto out = resampler.push(tone);
  REQUIRE(out.size() == 8000);
  CHECK(test::tone_amplitude(out, 2000, 8000) < 100);
}

TEST_CASE("resampler: lengths that do not divide even out", "[resampler]") {
  Resampler resampler(44'100, 8000);
  std::size_t given = 0;
  for (int i = 0; i < 441; ++i) given += resampler.push(std::vector<std::int16_t>(100)).size();
  CHECK(given == 8000);
}

}  // namespace trunkline::media
