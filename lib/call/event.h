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
#include "call/session.h"
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
  ring,     ///< nobody answered
  answer,   ///< media or journal are too slow to complete an answer
  settle,   ///< a leg did not close although it was told to
  refresh,  ///< of a leg: its session is ours to refresh
  expiry,   ///< of a leg: its session was not refreshed
};

/// Why the other side says it ends something: the Reason headers of a message (RFC 3326).
struct Reasons {
  std::optional<int> q850_cause = {};
  std::vector<std::string> values = {};  ///< as they were, for the other leg
};

/// RFC 5626 section 11.7: the flow to that contact is gone, and only the flow.
inline constexpr int kFlowFailed = 430;

/// Where to dial one contact of a called device.
struct Target {
  std::string call_id;
  std::string address;
  /// Another flow of the same phone as the target before it (RFC 5626): dialled only where that one
  /// cannot be reached.
  bool is_spare = false;
};

/// Whom a called phone says to call instead (RFC 3261 section 8.1.3.4), and where the caller's own
/// route leads from there.
struct Redirection {
  std::string to;            ///< as the phone names it: "sip:103@example.org"
  std::string rule = {};     ///< the routing rule that decided
  std::string refusal = {};  ///< why it is not followed; "" where it is
  Party called = {};
  std::vector<Target> targets = {};
  std::optional<core::RecordingId> recording = {};  ///< it must be recorded
  std::string recording_rule = {};
};

/// The caller's INVITE got past authentication and routing.
struct Invited {
  /// Refused without dialling.
  struct Refusal {
    int status = 404;
    std::string reason;
  };

  core::CallRef call;
  core::TenantId tenant;
  Party caller;
  Party called;
  bool is_anonymous = false;  ///< the called side is not told who calls
  std::string dialled;
  std::string rule;
  std::optional<Refusal> refusal = {};
  std::vector<Target> targets = {};
  std::string offer = {};  ///< SDP; empty where the called side is to make the offer
  bool is_recorded = false;
  std::string recording_rule = {};  ///< whose setting decided that
  std::optional<core::RecordingId> recording = {};
  core::Milliseconds ring_timeout = core::Seconds(60);
  Extensions says = {};
  SessionPolicy session_policy = {};
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
  std::optional<std::uint32_t> sequence = {};  ///< RSeq of a reliable one; it waits for our PRACK
  Extensions says = {};
};
/// 2xx to the INVITE of a called leg; it waits for our ACK.
struct Answered {
  LegId leg;
  std::string sdp = {};
  Extensions says = {};
};
/// 300 to 699 to the INVITE of a called leg. 408 and 503 also stand for no answer and no transport.
struct Failed {
  LegId leg;
  int status = 500;
  std::string reason = {};
  Reasons reasons = {};
  core::Seconds least_session = {};  ///< Min-SE of a 422
  bool is_unreachable = false;       ///< nothing of the phone was heard: no answer, no transport
  std::vector<Redirection> redirections = {};  ///< of a 3xx, in the order to try
};

/// CANCEL of the caller before a final answer.
struct Cancelled {
  Reasons reasons = {};
};
/// The caller's PRACK for our reliable provisional answer.
struct Pracked {
  unsigned transaction = 0;
  std::string sdp = {};
};
/// None came, for as long as RFC 3262 lets us wait.
struct NotPracked {};
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
  Reasons reasons = {};
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
  Extensions says = {};
};
struct ReinviteCancelled {
  LegId leg;
};
/// 2xx to our re-INVITE; it waits for our ACK.
struct ReinviteAnswered {
  LegId leg;
  std::string sdp = {};
  Extensions says = {};
};
struct ReinviteFailed {
  LegId leg;
  int status = 500;
  std::string reason = {};
  core::Seconds least_session = {};  ///< Min-SE of a 422
};

/// An UPDATE came in (RFC 3311).
struct Updated {
  LegId leg;
  unsigned transaction = 0;
  std::string sdp = {};
  Extensions says = {};
};
/// 2xx to our UPDATE.
struct UpdateAnswered {
  LegId leg;
  std::string sdp = {};
  Extensions says = {};
};
struct UpdateFailed {
  LegId leg;
  int status = 500;
  std::string reason = {};
  core::Seconds least_session = {};
};

/// INFO (RFC 6086, and the older use of it for DTMF) with a body.
struct InfoReceived {
  LegId leg;
  unsigned transaction = 0;
  std::string content_type = {};
  std::string body = {};
};
/// The final answer to our INFO.
struct InfoAnswered {
  LegId leg;
  unsigned number = 0;
  int status = 500;
};

struct TimerFired {
  Timer timer;
  LegId leg = kCallerLeg;  ///< of refresh and expiry
};

/// An entry is on disk, or could not be written.
struct Committed {
  unsigned ticket = 0;
  bool is_on_disk = true;
};

/// Somebody other than the two parties ends the call.
enum class Interruption : std::uint8_t {
  media_timeout,    ///< neither side sent media for too long
  media_lost,       ///< the relay does not know the session any more
  leg_lost,         ///< a party does not know the dialog any more, or does not answer at all
  hang_up,          ///< an operator
  shutdown,         ///< the exchange stops
  session_expired,  ///< a party did not refresh its session, or could not be refreshed
};
struct Interrupted {
  Interruption why;
  std::optional<LegId> leg = {};  ///< leg_lost: whose dialog is gone, so that it gets no BYE
};

/// An operator switched the recording of a connected call on or off, and the relay did it.
struct RecordingSwitched {
  core::RecordingId recording;  ///< the one file of the call, on or off
  std::string rule;             ///< who: the record's recording_rule from now on
};

using Happening =
    std::variant<Invited, MediaDone, Progressed, Answered, Failed, Cancelled, Pracked, NotPracked,
                 Acknowledged, NotAcknowledged, ByeReceived, ByeDone, Reinvited, ReinviteCancelled,
                 ReinviteAnswered, ReinviteFailed, Updated, UpdateAnswered, UpdateFailed,
                 InfoReceived, InfoAnswered, TimerFired, Committed, Interrupted, RecordingSwitched>;

struct Event {
  Moment at;
  Happening what;
};

}  // namespace trunkline::call
