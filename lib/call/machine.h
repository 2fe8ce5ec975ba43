// SPDX-License-Identifier: MIT
#pragma once

// The inside of step(): one event being applied to one call. Private to lib/call. A Machine lives
// for one step; what lasts is in the State.
//
//   setup.cpp        INVITE to answer
//   branches.cpp     which phones are dialled when others have failed
//   early.cpp        provisional answers, reliable ones and PRACK
//   dialog.cpp       ACK, BYE, what happens within confirmed dialogs
//   renegotiate.cpp  re-INVITE, UPDATE and PRACK with an offer, in either direction
//   refresh.cpp      session timers
//   info.cpp         INFO, passed through
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
  std::vector<std::string> passed_on = {};  ///< Reason headers of the side that ends it
  core::Seconds least_session = {};         ///< of a 422
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
  void on(const Pracked& event);
  void on(const NotPracked& event);
  void on(const Acknowledged& event);
  void on(const NotAcknowledged& event);
  void on(const ByeReceived& event);
  void on(const ByeDone& event);
  void on(const Reinvited& event);
  void on(const ReinviteCancelled& event);
  void on(const ReinviteAnswered& event);
  void on(const ReinviteFailed& event);
  void on(const Updated& event);
  void on(const UpdateAnswered& event);
  void on(const UpdateFailed& event);
  void on(const InfoReceived& event);
  void on(const InfoAnswered& event);
  void on(const TimerFired& event);
  void on(const Committed& event);
  void on(const Interrupted& event);
  void on(const RecordingSwitched& event);

 private:
  // setup.cpp
  void open_record(const Invited& event);
  void dial_all(const std::string& sdp);
  void dial(LegId leg);
  void win(LegId leg, const std::string& sdp);
  void accept_caller();
  /// The 200, once its entry is on disk and no PRACK is outstanding.
  void send_answer();
  void media_failed(const core::Fault& fault, int status_when_unreachable);
  void offer_done(const MediaDone& event);
  void answer_done(const MediaDone& event);

  // branches.cpp
  void add_legs(const std::vector<Target>& targets, unsigned group);
  void dial_group(unsigned group, const std::string& sdp);
  /// What is to be dialled now that this one has failed; false where nothing is.
  bool dial_next(LegId failed, const Failed& event);
  bool dial_spare(LegId failed);
  bool follow(LegId redirecting, const Failed& event);
  void decide_failed_branches();

  // early.cpp
  void note_ringing();
  void progress(int status, const std::string& sdp, bool is_definitive);
  void send_progress(int status, const std::string& sdp, bool is_reliable);
  void early_answer_done(const MediaDone& event, const MediaRequest& request);
  void early_offer_done(const MediaDone& event, int status);
  void early_completed(const MediaDone& event);

  // dialog.cpp
  void hung_up_by(LegId id, const Reasons& reasons);

  // renegotiate.cpp
  struct Asked {
    LegId leg;
    unsigned transaction = 0;
    const std::string& sdp;
    const Extensions& says;
    Renegotiation::Method by = Renegotiation::Method::invite;
  };
  void asked(const Asked& request);
  /// The status that refuses it now (491, 500, ...), or nothing.
  std::optional<int> refusal_of(const Asked& request) const;
  /// How the other side can be asked, if at all.
  std::optional<Renegotiation::Method> way_to(LegId other, const Asked& request) const;
  void reject(const Asked& request, int status);
  /// UPDATE without SDP: a new session interval, or a new target.
  void refreshed_by(const Asked& request);
  void pass_renegotiation(const std::string& sdp);
  void passed_answered(LegId leg, const std::string& sdp, const Extensions& says);
  void passed_failed(LegId leg, int status, core::Seconds least_session);
  void accept_renegotiation(const std::string& sdp);
  void reoffer_done(const MediaDone& event);
  void reanswer_done(const MediaDone& event);
  void renegotiation_acknowledged(LegId leg, const std::string& sdp);
  void refuse_renegotiation(int status);
  /// Gives the asking side its last word when the call ends under it.
  void drop_renegotiation();

  // refresh.cpp
  /// A 2xx to a request of ours (`is_our_request`) or of the leg's: its timer runs anew.
  void run_session(LegId leg, const SessionTerms& terms, bool is_our_request);
  void stop_session(LegId leg);
  /// What our requests within the leg's dialog say.
  SessionTerms session_of(LegId leg) const;
  void refresh(LegId leg);
  void refresh_later(LegId leg, core::Milliseconds after);
  void refreshed(LegId leg, const std::string& sdp, const Extensions& says);
  void refresh_failed(LegId leg, int status, core::Seconds least_session);
  void session_expired(LegId leg);

  // info.cpp
  void drop_infos();

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
  /// The other party of a confirmed or an early dialog, where there is one.
  std::optional<LegId> other_party(LegId id) const;
  /// Whether a new offer may be made to it or by it.
  bool is_open_to_offers(LegId id) const;
  template <class Use>
  void each_called(Use&& use);

  void act(Action action) { actions_.push_back(std::move(action)); }
  unsigned append(std::string_view kind);
  unsigned ask_media(MediaPurpose purpose, int status = 0, bool is_definitive = false);
  unsigned offer_media(MediaPurpose purpose, LegId from, std::optional<LegId> to,
                       const std::string& sdp, int status = 0);
  unsigned answer_media(MediaPurpose purpose, LegId offerer, LegId by, const std::string& sdp,
                        int status = 0, bool is_definitive = false);
  /// What the leg was told is kept for a refresh by re-INVITE.
  void told(LegId id, const std::string& sdp);
  void heard(LegId id, const Extensions& says);
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
