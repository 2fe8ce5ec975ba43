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

}  // namespace trunkline::mediaplane
