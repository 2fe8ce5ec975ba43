// SPDX-License-Identifier: MIT
#pragma once

// One leg of a live call: its dialog and the transactions in it. Does what the call's actions say
// and tells the call what happens, as events; it decides nothing.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "call/action.h"
#include "call/event.h"
#include "sip/agent.h"

namespace trunkline::exchange {

class Leg {
 public:
  using Tell = std::function<void(call::Happening)>;
  using Headers = std::vector<sip::Header>;

  /// Told before the Failed of a redirection: whom the phone names instead.
  using Redirected = std::function<void(std::vector<sip::Contact>)>;

  Leg(sip::Agent& agent, call::LegId id, Tell tell, Redirected redirected = {});
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  /// The caller's leg.
  void open(sip::IncomingRequest invite);
  /// A called leg; a second time with the same Call-ID and the next CSeq (RFC 4028 section 7.3).
  void dial(const sip::Outgoing& outgoing, const call::Dial& dial, std::string sdp);

  // The caller's INVITE.
  void progress(const call::Progress& progress);
  void accept(const call::Accept& accept);
  void reject(int status, Headers headers);

  // A called leg's INVITE.
  void cancel(const Headers& reason);
  void prack(const call::Prack& prack);
  /// ACKs the 2xx that came last, to the INVITE or to a re-INVITE.
  void acknowledge(std::string sdp);

  void bye(Headers reason);
  void accept_bye();

  // Requests within the dialog, ours and theirs.
  void reinvite(std::string sdp, const call::SessionTerms& session);
  void cancel_reinvite();
  void update(const call::Update& update);
  void send_info(const call::SendInfo& info);
  void accept_request(const call::AcceptRequest& accept);
  void reject_request(unsigned transaction, int status, Headers headers);

  /// In-dialog OPTIONS; `answered` may never be called if the leg ends before.
  void probe(std::function<void(const sip::Response&)> answered);

  /// The dialog for the journal; empty where there is none that can be ended with BYE.
  std::string stored() const;
  const sip::Dialog* dialog() const { return dialog_.get(); }

 private:
  using Transaction = std::unique_ptr<sip::ServerTransaction>;

  void take_request(Transaction transaction);
  void take_bye(Transaction transaction);
  void take_reinvite(Transaction transaction);
  void take_info(Transaction transaction);
  /// Keeps it until it is answered; its name for the call.
  unsigned keep(Transaction transaction);
  void answered(const sip::Response& response);

  sip::Agent& agent_;
  call::LegId id_;
  Tell tell_;
  Redirected redirected_;
  std::unique_ptr<sip::Dialog> dialog_;
  Transaction their_invite_;
  std::unique_ptr<sip::ClientTransaction> our_invite_;
  std::map<unsigned, Transaction> their_requests_;  ///< re-INVITEs until their ACK
  std::unique_ptr<sip::ClientTransaction> our_reinvite_;
  std::unique_ptr<sip::ClientTransaction> our_update_;
  std::map<unsigned, std::unique_ptr<sip::ClientTransaction>> our_infos_;
  Transaction their_bye_;
  std::unique_ptr<sip::ClientTransaction> our_bye_;
  std::unique_ptr<sip::ClientTransaction> our_probe_;
  unsigned transactions_ = 0;
};

}  // namespace trunkline::exchange
