// SPDX-License-Identifier: MIT
#pragma once

// A call that is going on: feeds events to call::step() and does what it asks for, on SIP, the
// media relay, the journal and the loop's timers. One event at a time: what happens while another
// is being worked on waits its turn.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "call/step.h"
#include "core/time.h"
#include "exchange/leg.h"
#include "exchange/media.h"
#include "exchange/redirect.h"
#include "journal/journal.h"
#include "os/reactor.h"
#include "sip/agent.h"

namespace trunkline::exchange {

/// What every call works with; outlives them all.
struct Workbench {
  os::Reactor& reactor;
  sip::Agent& agent;
  Media& media;
  journal::Journal& journal;
  const core::Clock& clock;
  /// A call.* entry, for those who listen on the control socket.
  std::function<void(std::string_view kind, std::string_view body)> publish;
  core::Milliseconds stale_after{600'000};
  call::SessionPolicy session_policy = {};
  /// Where a redirection leads; empty: nowhere.
  std::function<Redirect(const RedirectQuestion&)> redirect = {};
  /// An INVITE to this device's contact came back with 430 (RFC 5626 section 11.7): nothing reaches
  /// it over that flow any more. May be empty.
  std::function<void(const core::DeviceId&, const sip::Outgoing&)> flow_failed = {};
};

/// Called once, with the call still whole; it must not be destroyed in there.
using Finished = std::function<void(const call::State&)>;

class LiveCall : public std::enable_shared_from_this<LiveCall> {
 public:
  LiveCall(Workbench& bench, Finished finished);
  ~LiveCall();
  LiveCall(const LiveCall&) = delete;
  LiveCall& operator=(const LiveCall&) = delete;

  /// `outgoing` are the INVITEs for the invitation's targets, in their order; the refusal's headers
  /// go with a refusing answer.
  void begin(sip::IncomingRequest invite, call::Invited invited,
             std::vector<sip::Outgoing> outgoing, std::vector<sip::Header> refusal_headers);
  void deliver(call::Happening what);
  /// Kept as long as the call: its place among those that may live at the same time.
  void hold(std::shared_ptr<void> seat) { seat_ = std::move(seat); }

  /// Switches an operator's recording on or off; the journal says that it was `who`. Faults where
  /// the call is not connected, must be recorded, or the relay cannot.
  void record(bool is_on, const std::string& who, Media::Switched done);

  /// Asks both parties and the relay whether the call is still alive (SIP-24); what they answer may
  /// end it.
  void audit();
  /// Only the relay.
  void audit_media();

  const call::State& state() const { return state_; }
  /// The record so far, with legs and duration, for people.
  core::Json shown() const;
  std::size_t timer_count() const { return timers_.size(); }

 private:
  void work();
  void add_leg();
  /// Completes a redirection with where it leads; the INVITEs for that.
  std::vector<sip::Outgoing> resolve(call::Happening& what);
  void report_lost_flow(const call::Failed& failed) const;
  void record_late();
  void run(const call::Action& action);

  void act(const call::Append& action);
  void act(const call::OfferMedia& action);
  void act(const call::AnswerMedia& action);
  void act(const call::DeleteMedia& action);
  void act(const call::Dial& action);
  void act(const call::CancelDial& action);
  void act(const call::Prack& action);
  void act(const call::Acknowledge& action);
  void act(const call::Progress& action);
  void act(const call::Accept& action);
  void act(const call::Reject& action);
  void act(const call::Bye& action);
  void act(const call::AcceptBye& action);
  void act(const call::Reinvite& action);
  void act(const call::CancelReinvite& action);
  void act(const call::Update& action);
  void act(const call::SendInfo& action);
  void act(const call::AcceptRequest& action);
  void act(const call::RejectRequest& action);
  void act(const call::StartTimer& action);
  void act(const call::StopTimer& action);
  void act(const call::Finish& action);

  Leg& leg(call::LegId id) { return *legs_.at(id.value()); }
  bool is_of_other_family(call::LegId id) const;
  call::Moment now() const;
  Media::Rewritten media_done(unsigned request);
  void offer_media(const call::OfferMedia& action, std::string_view reader, Media::Rewritten done);
  /// Addresses of those who will read the offer, at most one a family; the first leg's first.
  std::vector<std::string> readers_of(const call::OfferMedia& action) const;
  /// `sdp`, or what legs of the other family are offered instead.
  const std::string& offer_for(call::LegId id, const std::string& sdp) const;
  MediaSession session() const;
  /// What the relay is given of a leg's description.
  std::string shown_sdp(call::LegId author, const std::string& sdp) const;
  /// What the journal's state says of this call once the entry `kind` is written; `record` is its
  /// body, as call::to_text() makes it.
  std::vector<journal::StateChange> state_changes(std::string_view kind, std::string record);
  void start_audits();
  void probed(call::LegId id, const sip::Response& response);

  Workbench& bench_;
  Finished finished_;
  call::State state_;
  std::vector<std::unique_ptr<Leg>> legs_;
  std::vector<sip::Outgoing> outgoing_;
  std::map<call::LegId, std::vector<sip::Contact>> named_instead_;  ///< until it is worked on
  bool was_offered_recorded_ = false;                               ///< the relay was told at once
  std::string first_offer_;
  std::string other_offer_;  ///< instead of it for called legs of another family than the first's
  std::vector<sip::Header> refusal_headers_;
  std::deque<call::Happening> waiting_;
  bool is_working_ = false;
  bool is_stored_ = false;  ///< the journal's state knows this call
  std::map<std::pair<call::Timer, call::LegId>, os::RegistrationPtr> timers_;
  os::RegistrationPtr auditor_;
  std::map<call::LegId, unsigned> unsent_probes_;
  std::shared_ptr<void> seat_;
};

}  // namespace trunkline::exchange
