// SPDX-License-Identifier: MIT
#pragma once

// A recording that runs, as its call's I/O thread sees it: packets go into the thread's spool.

#include <vector>

#include "core/time.h"
#include "core/uuid.h"
#include "mediaplane/counters.h"
#include "mediaplane/spool.h"
#include "recording/recorder.h"

namespace trunkline::mediaplane {

struct Tape {
  core::RecordingId id;
  Spool& spool;  ///< of the I/O thread that the call is on
  Spool::Listener listener{spool};
};

/// Who takes what tapes hear. Called on I/O threads: must neither block nor throw.
class TapeSink {
 public:
  virtual ~TapeSink() = default;
  virtual void take_packets(SpoolBlock block) = 0;
  /// What a party may send from now on; packets before this came before.
  virtual void change_codecs(core::RecordingId recording, Leg leg,
                             std::vector<recording::PayloadCodec> codecs) = 0;
};

/// How long after its end a recording's segments seal: spread over recordings, so that the
/// segments of calls that began together are not written at one instant (PEERS: p99 8.7 ms).
recording::Elapsed seal_delay_of(core::RecordingId recording);

}  // namespace trunkline::mediaplane
