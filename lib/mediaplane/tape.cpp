// SPDX-License-Identifier: MIT
#include "mediaplane/tape.h"

namespace trunkline::mediaplane {
namespace {

constexpr std::size_t kSpreadSteps = 8;
constexpr std::chrono::milliseconds kSpreadStep{16};

}  // namespace

recording::Elapsed seal_delay_of(core::RecordingId recording) {
  const std::size_t step = std::hash<core::RecordingId>{}(recording) % kSpreadSteps;
  return recording::kSealAfter + kSpreadStep * static_cast<int>(step);
}

Tape::Tape(core::RecordingId recording, const audio::Format& format, core::SteadyTime start)
    : id(recording), began(start), segmenter(format, seal_delay_of(recording)) {}

TapeAccount Tape::account() const {
  TapeAccount account;
  for (const Leg leg : {Leg::caller, Leg::called}) {
    account.legs[index_of(leg)] = segmenter.account(leg);
    account.media_ms[index_of(leg)] = segmenter.media_ms(leg);
  }
  account.packets_unheard = packets_unheard;
  return account;
}

}  // namespace trunkline::mediaplane
