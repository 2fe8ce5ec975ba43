// SPDX-License-Identifier: MIT
#pragma once

// Where in a recording the samples of one RTP packet belong. Pure: no socket, no clock.
//
// The arrival clock is the master, timestamps give the fine structure: position = timestamp - base,
// where base is chosen so that a packet lands where it arrived. Late and reordered packets land in
// their place, what did not come stays silence, a hold is silence of its real length. A sender
// whose clock runs fast or slow is followed one sample at a time; a jump (new SSRC, timestamps that
// leap or stood still during a pause) takes a new base from arrival. Wrapping counters are not a
// jump.

#include <cstdint>
#include <optional>

namespace trunkline::recording {

/// One packet as placement sees it; times and lengths in samples of the recording's rate.
struct Arrival {
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool is_marked = false;       ///< RTP marker: first packet after silence (RFC 3551 4.1)
  std::uint32_t samples = 0;    ///< 0 for a packet without audio (telephone-event)
  std::int64_t arrived_at = 0;  ///< samples since the recording began
};

enum class Verdict : std::uint8_t {
  placed,
  duplicate,  ///< this sequence number was here before
  late,       ///< its place is already sealed, or nowhere near now
};

struct Place {
  Verdict verdict = Verdict::placed;
  std::int64_t position = 0;   ///< of the first sample; the caller cuts what lies before 0
  bool repeats_first = false;  ///< drift: the sample before `position` is missing, repeat the first
};

class Placement {
 public:
  /// `sample_rate` scales the limits below, which are times.
  explicit Placement(std::uint32_t sample_rate);

  /// Decides, and learns from the packet. Positions before `open_from` are sealed.
  Place place(const Arrival& arrival, std::int64_t open_from);

  /// Whether place() would call it a duplicate: it need not be decoded.
  bool has_seen(std::uint32_t ssrc, std::uint16_t sequence) const;

  /// Packets the sequence numbers say were sent but never came (RFC 3550 A.3), over all sources.
  std::uint64_t packets_lost() const;
  /// How often a new base was taken after the first; for tests and for finding odd senders.
  std::uint64_t rebases() const { return rebases_; }

 private:
  enum class Order : std::uint8_t { next, reordered, duplicate, stray };

  std::int64_t position_of(std::uint32_t timestamp) const;
  std::uint64_t lost_now() const;
  Order follow_sequence(const Arrival& arrival);
  void begin_source(const Arrival& arrival);
  void take_base(const Arrival& arrival);
  void rebase(const Arrival& arrival);
  bool has_jumped(const Arrival& arrival, std::int64_t delay);
  bool follow_drift(const Arrival& arrival);

  // Limits in samples.
  std::int64_t earliest_;    // further ahead of arrival than this is a jump
  std::int64_t stalled_;     // steadily further behind than this is a jump
  std::int64_t drift_zone_;  // a delay within it is jitter, outside it drift
  std::int64_t drift_window_;

  bool has_source_ = false;
  std::uint32_t ssrc_ = 0;
  std::uint64_t rebases_ = 0;

  // Sequence numbers of the present source; `highest_` counts on past 65535.
  std::int64_t first_sequence_ = 0;
  std::int64_t highest_ = 0;
  std::uint64_t seen_ = 0;  // bit n: highest - n came
  std::uint64_t received_ = 0;
  std::uint64_t lost_before_ = 0;          // of former sources
  std::optional<std::uint16_t> bad_next_;  // what would confirm a new sequence

  // Timestamps: `reference_timestamp_` lies at `reference_position_`.
  std::uint32_t reference_timestamp_ = 0;
  std::int64_t reference_position_ = 0;
  std::int64_t end_ = 0;  // behind the furthest sample placed
  std::int64_t last_arrival_ = 0;
  int steady_ = 0;  // packets in a row that kept their pace while far behind

  // Drift: the smallest delay of the window shows the clocks, everything above it is jitter.
  std::int64_t window_from_ = 0;
  std::optional<std::int64_t> window_least_;
  std::int64_t drift_ = 0;  // still to be corrected, in samples
};

}  // namespace trunkline::recording
