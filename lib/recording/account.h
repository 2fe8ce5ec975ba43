// SPDX-License-Identifier: MIT
#pragma once

// What a recording got and what it kept, per leg: the figures that prove it complete.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trunkline::recording {

/// The two parties, and the recording's channels: left is the caller, right the called.
enum class Leg : std::uint8_t { caller = 0, called = 1 };
inline constexpr std::size_t kLegs = 2;

constexpr std::size_t index_of(Leg leg) {
  return static_cast<std::size_t>(leg);
}
constexpr Leg other(Leg leg) {
  return leg == Leg::caller ? Leg::called : Leg::caller;
}
/// "caller" or "called", as in recording.v1 and media.v1.
constexpr std::string_view name_of(Leg leg) {
  return leg == Leg::caller ? "caller" : "called";
}

struct LegAccount {
  std::uint64_t packets_received = 0;  ///< with audio, duplicates not counted
  std::uint64_t packets_written = 0;   ///< landed in a segment
  std::uint64_t packets_lost = 0;      ///< missing by sequence number
  std::uint64_t packets_late = 0;      ///< came after their segment was sealed
  std::uint64_t packets_paused = 0;    ///< came while the recording was paused
  std::uint64_t samples_written = 0;
  std::uint64_t paused_ms = 0;

  bool operator==(const LegAccount&) const = default;
};

/// The account of a recording so far.
struct Account {
  std::array<LegAccount, kLegs> legs;
  std::array<std::uint64_t, kLegs> media_ms{};
  std::array<std::uint64_t, kLegs> packets_unheard{};  ///< with audio that could not be decoded
};

}  // namespace trunkline::recording
