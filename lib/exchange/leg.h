// SPDX-License-Identifier: MIT
#pragma once

// One leg of a live call: its dialog and the transactions in it. Does what the call's actions say
// and tells the call what happens, as events; it decides nothing.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "call/event.h"
#include "sip/agent.h"

namespace trunkline::exchange {

class Leg {
 public:
  using Tell = std::function<void(call::Happening)>;

  Leg(sip::Agent& agent, call::LegId id, Tell tell);
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  /// The caller's leg.
  void open(sip::IncomingRequest invite);
  /// A called leg.
  void dial(sip::Outgoing outgoing, std::string sdp);

  // The caller's INVITE.
  void progress(int status, std::string sdp);
  void accept(std::string sdp);
  void reject(int status, std::vector<sip::Header> headers);

  // A called leg's INVITE.
  void cancel(const std::vector<sip::Header>& reason);
  /// ACKs the 2xx that came last, to the INVITE or to a re-INVITE.
  void acknowledge(std::string sdp);

  void bye(std::vector<sip::Header> reason);
  void accept_bye();

  void reinvite(std::string sdp);
  void cancel_reinvite();
  void accept_reinvite(unsigned transaction, std::string sdp);
  void reject_reinvite(unsigned transaction, int status, std::vector<sip::Header> headers);

  /// In-dialog OPTIONS; `answered` may never be called if the leg ends before.
  void probe(std::function<void(const sip::Response&)> answered);

  /// The dialog for the journal; empty where there is none that can be ended with BYE.
  std::string stored() const;
  const sip::Dialog* dialog() const { return dialog_.get(); }

 private:
  void take_request(std::unique_ptr<sip::ServerTransaction> transaction);
  void take_reinvite(std::unique_ptr<sip::ServerTransaction> transaction);

  sip::Agent& agent_;
  call::LegId id_;
  Tell tell_;
  std::unique_ptr<sip::Dialog> dialog_;
  std::unique_ptr<sip::ServerTransaction> their_invite_;
  std::unique_ptr<sip::ClientTransaction> our_invite_;
  std::map<unsigned, std::unique_ptr<sip::ServerTransaction>> their_reinvites_;
  std::unique_ptr<sip::ClientTransaction> our_reinvite_;
  std::unique_ptr<sip::ServerTransaction> their_bye_;
  std::unique_ptr<sip::ClientTransaction> our_bye_;
  std::unique_ptr<sip::ClientTransaction> our_probe_;
  unsigned transactions_ = 0;
};

/// What an INVITE asks for that we cannot do, as the answer that says so (RFC 3261 section 8.2):
/// extensions in Require (420), a body that is no SDP (415).
std::optional<sip::Reply> unsupported(const sip::Request& invite);

}  // namespace trunkline::exchange
