// SPDX-License-Identifier: MIT
#pragma once

// What can happen to a call, as values. Whoever owns sockets, clocks and disks (lib/exchange) makes
// them; call::step() reads them.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "call/record.h"
#include "core/error.h"
#include "core/strong.h"
#include "core/time.h"

namespace trunkline::call {

/// One dialog of a call: 0 is the caller's, 1, 2, ... the called ones in the order they are
/// dialled.
using LegId = core::Strong<unsigned, struct LegIdTag>;
inline constexpr LegId kCallerLeg{0};
/// "caller", "called-1", ...: the leg's tag in NG commands.
std::string tag_of(LegId leg);

enum class Timer : std::uint8_t {
  ring,    ///< nobody answered
  answer,  ///< media or journal are too slow to complete an answer
  settle,  ///< a leg did not close although it was told to
};

/// The caller's INVITE got past authentication and routing.
struct Invited {
  /// Where to dial one contact of the called device.
  struct Target {
    std::string call_id;
    std::string address;
  };
  /// Refused without dialling.
  struct Refusal {
    int status = 404;
    std::string reason;
  };

  core::CallRef call;
  core::TenantId tenant;
  Party caller;
  Party called;
  std::string dialled;
  std::string rule;
  std::optional<Refusal> refusal = {};
  std::vector<Target> targets = {};
  std::string offer = {};  ///< SDP; empty where the called side is to make the offer
  bool is_recorded = false;
  std::optional<core::RecordingId> recording = {};
  core::Milliseconds ring_timeout = core::Seconds(60);
};

/// A request to the media relay is done. Its fault's code is `unavailable` where the relay could
/// not be asked, anything else where it refused.
struct MediaDone {
  unsigned request = 0;
  core::Result<std::string> sdp;
};

/// 101 to 199 from a called leg.
struct Progressed {
  LegId leg;
  int status = 180;
  std::string sdp = {};
};
/// 2xx to the INVITE of a called leg; it waits for our ACK.
struct Answered {
  LegId leg;
  std::string sdp = {};
};
/// 300 to 699 to the INVITE of a called leg. 408 and 503 also stand for no answer and no transport.
struct Failed {
  LegId leg;
  int status = 500;
  std::string reason = {};
};

/// CANCEL of the caller before a final answer.
struct Cancelled {};
/// The other side acknowledged our 2xx to its INVITE or re-INVITE.
struct Acknowledged {
  LegId leg;
  std::string sdp = {};
};
/// It did not, for as long as RFC 3261 lets us wait.
struct NotAcknowledged {
  LegId leg;
};

struct ByeReceived {
  LegId leg;
};
/// Our BYE was answered or timed out.
struct ByeDone {
  LegId leg;
};

/// A re-INVITE came in; `transaction` names it in the answer.
struct Reinvited {
  LegId leg;
  unsigned transaction = 0;
  std::string sdp = {};
};
struct ReinviteCancelled {
  LegId leg;
};
/// 2xx to our re-INVITE; it waits for our ACK.
struct ReinviteAnswered {
  LegId leg;
  std::string sdp = {};
};
struct ReinviteFailed {
  LegId leg;
  int status = 500;
  std::string reason = {};
};

struct TimerFired {
  Timer timer;
};

/// An entry is on disk, or could not be written.
struct Committed {
  unsigned ticket = 0;
  bool is_on_disk = true;
};

/// Somebody other than the two parties ends the call.
enum class Interruption : std::uint8_t {
  media_timeout,  ///< neither side sent media for too long
  media_lost,     ///< the relay does not know the session any more
  leg_lost,       ///< a party does not know the dialog any more, or does not answer at all
  hang_up,        ///< an operator
  shutdown,       ///< the exchange stops
};
struct Interrupted {
  Interruption why;
  std::optional<LegId> leg = {};  ///< leg_lost: whose dialog is gone, so that it gets no BYE
};

using Happening =
    std::variant<Invited, MediaDone, Progressed, Answered, Failed, Cancelled, Acknowledged,
                 NotAcknowledged, ByeReceived, ByeDone, Reinvited, ReinviteCancelled,
                 ReinviteAnswered, ReinviteFailed, TimerFired, Committed, Interrupted>;

struct Event {
  Moment at;
  Happening what;
};

}  // namespace trunkline::call
