// SPDX-License-Identifier: MIT
#include "rtp/quality.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace trunkline::rtp {

namespace {

/// G.107 7.7: R with every parameter at its default, but for those below.
constexpr double kDefaultRating = 93.2;
/// G.107 7.5, random loss: BurstR is 1.
constexpr double kHighestImpairment = 95.0;

/// G.113 Appendix I: impairment of the codec itself, and how well it stands random loss.
struct Robustness {
  std::string_view codec;
  double impairment;       ///< Ie
  double loss_robustness;  ///< Bpl
};

/// G.711 with concealment, as phones have it. G.722 and Opus, which the narrowband model does not
/// list, sound no worse and conceal no worse: they are rated as if they were G.711.
constexpr Robustness kConcealed{"PCMU", 0.0, 25.1};
constexpr std::array<Robustness, 6> kCodecs = {
    {kConcealed,
     {"PCMA", kConcealed.impairment, kConcealed.loss_robustness},
     {"G722", kConcealed.impairment, kConcealed.loss_robustness},
     {"opus", kConcealed.impairment, kConcealed.loss_robustness},
     {"G729", 11.0, 19.0},
     {"G723", 15.0, 16.1}}};

/// Id without echo: below 177.3 ms nobody minds, above it talking gets hard. The two slopes are the
/// usual approximation of G.107 7.4 (R. Cole and J. Rosenbluth, Voice over IP performance
/// monitoring, 2001).
double delay_impairment(double delay_ms) {
  constexpr double kKnee = 177.3;
  const double beyond = std::max(0.0, delay_ms - kKnee);
  return 0.024 * delay_ms + 0.11 * beyond;
}

/// Ie,eff (G.107 7.5).
double loss_impairment(const Robustness& codec, double loss_percent) {
  return codec.impairment + (kHighestImpairment - codec.impairment) * loss_percent /
                                (loss_percent + codec.loss_robustness);
}

}  // namespace

std::optional<double> transmission_rating(std::string_view codec, const Impairments& impairments) {
  const auto row = std::find_if(kCodecs.begin(), kCodecs.end(), [&](const Robustness& known) {
    return core::equals_ignoring_case(known.codec, codec);
  });
  if (row == kCodecs.end()) return std::nullopt;
  const double loss = std::clamp(impairments.loss_percent, 0.0, 100.0);
  const double delay = std::max(0.0, impairments.delay_ms);
  return std::clamp(kDefaultRating - delay_impairment(delay) - loss_impairment(*row, loss), 0.0,
                    kDefaultRating);
}

double opinion_score(double rating) {
  if (rating <= 0.0) return 1.0;
  if (rating >= 100.0) return 4.5;
  // Annex B's polynomial dips below 1 for ratings under 6.5.
  return std::max(1.0, 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7.0e-6);
}

std::optional<double> opinion_score(std::string_view codec, const Impairments& impairments) {
  const auto rating = transmission_rating(codec, impairments);
  if (!rating) return std::nullopt;
  return opinion_score(*rating);
}

double one_way_delay_ms(double round_trip_ms, double jitter_ms) {
  constexpr double kPacketMs = 20.0;
  // A buffer that holds twice the jitter passes nearly all of it.
  return round_trip_ms / 2.0 + 2.0 * jitter_ms + kPacketMs;
}

}  // namespace trunkline::rtp
