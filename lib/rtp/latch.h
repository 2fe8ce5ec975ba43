// SPDX-License-Identifier: MIT
#pragma once

// Decides which source a media port listens to, so that a stranger can neither steal a call's audio
// (RTP Bleed) nor speak into it (RTP Inject). A source ranks by what signalling said:
//
//   exact    the address and port of the SDP
//   known    the IP of the SDP or of the signalling, another port (a NAT chose it)
//   stranger another IP (a NAT nobody told us of); never accepted in mode `known_only`, nor where
//            signalling came from the SDP's own IP, for then no NAT is between
//
// exact latches with its first packet, the others after kProbation packets. Once latched, only a
// source of a *higher* rank takes over: a stranger who was first loses to the phone, and against an
// exact source nobody wins. Sources of the same or a lower rank may follow only after signalling
// changed what to expect, and only while the present source is silent.
//
// A pure decision: no socket, no clock, no allocation.

#include <cstdint>
#include <optional>

#include "os/address.h"

namespace trunkline::rtp {

enum class LatchMode : std::uint8_t { any, known_only };

/// What signalling says about a source.
struct Expectation {
  std::optional<os::Address> announced = {};  ///< of the SDP; unspecified (hold) counts as none
  std::optional<os::Address> signalling =
      {};  ///< where the SIP came from; its port is not looked at
  LatchMode mode = LatchMode::any;

  bool operator==(const Expectation&) const = default;
};

class Latch {
 public:
  Latch() = default;
  explicit Latch(const Expectation& expectation) { expect(expectation); }

  /// From an offer or answer. Where it differs from what was expected, another source may follow
  /// the present one, which stays accepted until that happens or it has sent kSettlePackets more.
  /// An unspecified announced address (hold of RFC 2543) changes nothing.
  void expect(const Expectation& expectation) noexcept;

  enum class Verdict : std::uint8_t {
    accepted,
    latched,  ///< accepted, and source() or destination() is new
    refused
  };
  Verdict on_packet(const os::Address& from) noexcept;

  bool is_latched() const noexcept { return source_.has_value(); }
  /// Nobody can take over until signalling says so.
  bool is_final() const noexcept { return held_ == Rank::exact && !is_reopened_; }
  /// Only a source of a higher rank can take over; destination() is source().
  bool is_settled() const noexcept { return source_ && !is_reopened_; }
  /// The accepted source; nothing before the first.
  const std::optional<os::Address>& source() const noexcept { return source_; }
  /// Where to send: the source; before the first, and after signalling named another address until
  /// the present source has sent kReturnPackets more, what the SDP announced.
  std::optional<os::Address> destination() const noexcept;

  static constexpr unsigned kProbation = 3;
  static constexpr unsigned kSettlePackets = 250;
  static constexpr unsigned kReturnPackets = 10;

 private:
  enum class Rank : std::uint8_t { none, stranger, known, exact };
  Rank rank_of(const os::Address& from) const noexcept;
  Verdict take(const os::Address& from, Rank rank) noexcept;
  Verdict on_own_packet() noexcept;
  void drop_candidate() noexcept;

  // What a packet of the accepted source looks at comes first: one line of the cache.
  std::optional<os::Address> source_;
  Rank held_ = Rank::none;
  Rank candidate_rank_ = Rank::none;
  bool is_reopened_ = false;
  unsigned settling_ = 0;  ///< packets of the present source since it was reopened
  unsigned candidate_packets_ = 0;
  std::optional<os::Address> candidate_;
  Expectation expectation_;
};

}  // namespace trunkline::rtp
