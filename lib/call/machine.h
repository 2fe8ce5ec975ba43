// SPDX-License-Identifier: MIT
#pragma once

// The inside of step(): one event being applied to one call. Private to lib/call. A Machine lives
// for one step; what lasts is in the State.
//
//   setup.cpp        INVITE to answer
//   dialog.cpp       ACK, BYE, what happens within confirmed dialogs
//   renegotiate.cpp  re-INVITE in either direction
//   ending.cpp       closing the record, the legs and the media

#include <optional>
#include <string>
#include <string_view>

#include "call/action.h"
#include "call/event.h"
#include "call/state.h"

namespace trunkline::call {

/// Why a call ends, for its record and for the caller.
struct Ending {
  Disposition disposition = Disposition::failed;
  int status = 500;  ///< final answer to the caller, if it has none yet
  int q850_cause = 31;
  std::optional<EndedBy> by = {};
  std::string reason = {};
};

class Machine {
 public:
  Machine(State& state, Actions& actions, Moment now)
      : state_(state), actions_(actions), now_(now) {}

  void on(const Invited& event);
  void on(const MediaDone& event);
  void on(const Progressed& event);
  void on(const Answered& event);
  void on(const Failed& event);
  void on(const Cancelled& event);
  void on(const Acknowledged& event);
  void on(const NotAcknowledged& event);
  void on(const ByeReceived& event);
  void on(const ByeDone& event);
  void on(const Reinvited& event);
  void on(const ReinviteCancelled& event);
  void on(const ReinviteAnswered& event);
  void on(const ReinviteFailed& event);
  void on(const TimerFired& event);
  void on(const Committed& event);
  void on(const Interrupted& event);

 private:
  // setup.cpp
  void open_record(const Invited& event);
  void dial_all(const std::string& sdp);
  void note_ringing();
  void win(LegId leg, const std::string& sdp);
  void accept_caller();
  void decide_failed_branches();
  void media_failed(const core::Fault& fault, int status_when_unreachable);
  void early_answer_done(const MediaDone& event, int status);
  void offer_done(const MediaDone& event);
  void answer_done(const MediaDone& event);

  // dialog.cpp
  void hung_up_by(LegId id);

  // renegotiate.cpp
  void reoffer_done(const MediaDone& event);
  void reanswer_done(const MediaDone& event);
  void renegotiation_acknowledged(LegId leg, const std::string& sdp);
  void refuse_renegotiation(int status);
  /// Gives the asking side its last word when the call ends under it.
  void drop_renegotiation();

  // ending.cpp
  void end(Ending ending);
  void hang_up(LegId leg);
  /// The final answers that waited for the entry: the caller's INVITE's and BYEs'.
  void close_answers(bool is_on_disk);
  void give_up_waiting();
  void settle();

  // shared
  bool knows(LegId leg) const { return leg.value() < state_.legs.size(); }
  Leg& leg(LegId id) { return state_.leg(id); }
  Leg& caller() { return state_.leg(kCallerLeg); }
  /// Whether the two parties are connected and `id` is one of them.
  bool is_party(LegId id) const { return id == kCallerLeg || state_.winner == id; }
  LegId other_party(LegId id) const;
  template <class Use>
  void each_called(Use&& use);

  void act(Action action) { actions_.push_back(std::move(action)); }
  unsigned append(std::string_view kind);
  unsigned ask_media(MediaPurpose purpose, int status = 0);
  unsigned offer_media(MediaPurpose purpose, LegId from, std::optional<LegId> to,
                       const std::string& sdp);
  unsigned answer_media(MediaPurpose purpose, LegId offerer, LegId by, const std::string& sdp,
                        int status = 0);
  void acknowledge(LegId id, const std::string& sdp = {});

  State& state_;
  Actions& actions_;
  Moment now_;
};

template <class Use>
void Machine::each_called(Use&& use) {
  for (unsigned i = 1; i < state_.legs.size(); ++i) use(LegId(i), state_.legs[i]);
}

}  // namespace trunkline::call
