// SPDX-License-Identifier: MIT
#pragma once

// How good speech was, as people would have judged it, estimated from what the network did to it:
// the E-model of ITU-T G.107 (06/2015) with its default values, so that only codec, loss and delay
// are left. Good for comparing calls and for finding bad ones, not for judging a phone. Pure.

#include <optional>
#include <string_view>

namespace trunkline::rtp {

struct Impairments {
  double loss_percent = 0.0;  ///< of the packets, 0 to 100
  double delay_ms = 0.0;      ///< mouth to ear, one way
};

/// R, 0 (useless) to 93.2; nothing for a codec whose impairment nobody published. `codec` is SDP's
/// name, in any case.
std::optional<double> transmission_rating(std::string_view codec, const Impairments& impairments);

/// Mean opinion score of R, 1.0 to 4.5 (G.107 Annex B).
double opinion_score(double rating);

/// Both at once.
std::optional<double> opinion_score(std::string_view codec, const Impairments& impairments);

/// One way, from what can be measured: half the round trip, and what a phone's jitter buffer and
/// packets of 20 ms add.
double one_way_delay_ms(double round_trip_ms, double jitter_ms);

}  // namespace trunkline::rtp
