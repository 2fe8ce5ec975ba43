// SPDX-License-Identifier: MIT
#pragma once

// What a call wants done, as values, in the order it wants it. lib/exchange executes them.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "call/event.h"

namespace trunkline::call {

/// Write an entry; Committed{ticket} must follow, also when it fails.
struct Append {
  unsigned ticket = 0;
  std::string_view kind;  ///< call.started, ringing, answered, recording, ended
  std::string body;       ///< one line of JSON, schema call.v1
};

/// An SDP offer of `from` for the relay; MediaDone{request} must follow with what the other side is
/// to be offered.
struct OfferMedia {
  unsigned request = 0;
  LegId from;
  std::optional<LegId> to = {};  ///< not known while several legs ring
  std::string sdp;
};
/// The answer of `by` to the offer of `offerer`; MediaDone{request} follows with what the offerer
/// is to be told.
struct AnswerMedia {
  unsigned request = 0;
  LegId offerer;
  LegId by;
  std::string sdp;
};
/// Ends the session in the relay; MediaDone{request} follows.
struct DeleteMedia {
  unsigned request = 0;
};

/// INVITE to a target; Answered or Failed follows.
struct Dial {
  LegId leg;
  std::string sdp;
  bool has_100rel = false;  ///< say that we know it
  SessionTerms session = {};
};
/// CANCEL a dialled leg; Failed (487 as a rule) or a late Answered still follows.
struct CancelDial {
  LegId leg;
  bool is_answered_elsewhere = false;
  std::vector<std::string> passed_on = {};  ///< Reason headers of the other side
};
/// PRACK for a reliable provisional answer of the leg.
struct Prack {
  LegId leg;
  std::uint32_t sequence = 0;
  std::string sdp = {};
};
/// ACK a 2xx of the leg.
struct Acknowledge {
  LegId leg;
  std::string sdp = {};
};

/// Provisional answer to the caller. After a reliable one Pracked or NotPracked follows, unless a
/// final answer does.
struct Progress {
  int status = 180;
  std::string sdp = {};
  bool is_reliable = false;
};
/// 200 to the caller; Acknowledged or NotAcknowledged follows.
struct Accept {
  std::string sdp;
  SessionTerms session = {};
};
/// Final refusal to the caller.
struct Reject {
  int status = 500;
  int q850_cause = 31;
  std::string reason = {};
  std::vector<std::string> passed_on = {};
  core::Seconds least_session = {};  ///< Min-SE of a 422
};

/// BYE; ByeDone follows.
struct Bye {
  LegId leg;
  int q850_cause = 16;
  std::string reason = {};
  std::vector<std::string> passed_on = {};
};
/// 200 to a BYE of the leg.
struct AcceptBye {
  LegId leg;
};

/// re-INVITE; ReinviteAnswered or ReinviteFailed follows.
struct Reinvite {
  LegId leg;
  std::string sdp;
  SessionTerms session = {};
};
struct CancelReinvite {
  LegId leg;
};
/// UPDATE; UpdateAnswered or UpdateFailed follows.
struct Update {
  LegId leg;
  std::string sdp = {};
  SessionTerms session = {};
};
/// INFO; InfoAnswered{number} follows.
struct SendInfo {
  LegId leg;
  unsigned number = 0;
  std::string content_type;
  std::string body;
};

/// 200 to a re-INVITE (Acknowledged or NotAcknowledged follows), an UPDATE, a PRACK or an INFO.
struct AcceptRequest {
  LegId leg;
  unsigned transaction = 0;
  std::string sdp = {};
  SessionTerms session = {};
};
struct RejectRequest {
  LegId leg;
  unsigned transaction = 0;
  int status = 500;
  bool may_retry = false;            ///< add Retry-After (RFC 3261 section 14.2)
  core::Seconds least_session = {};  ///< Min-SE of a 422
};

struct StartTimer {
  Timer timer;
  core::Milliseconds after;
  LegId leg = kCallerLeg;  ///< of refresh and expiry
};
struct StopTimer {
  Timer timer;
  LegId leg = kCallerLeg;
};

/// The call is over: nothing follows, everything that is left of it can be dropped.
struct Finish {};

using Action =
    std::variant<Append, OfferMedia, AnswerMedia, DeleteMedia, Dial, CancelDial, Prack, Acknowledge,
                 Progress, Accept, Reject, Bye, AcceptBye, Reinvite, CancelReinvite, Update,
                 SendInfo, AcceptRequest, RejectRequest, StartTimer, StopTimer, Finish>;
using Actions = std::vector<Action>;

/// One line for logs and tests: "dial called-1", "append call.ended (ticket 3)".
std::string describe(const Action& action);

}  // namespace trunkline::call
