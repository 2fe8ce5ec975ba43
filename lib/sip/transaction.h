// SPDX-License-Identifier: MIT
#pragma once

// Transactions (RFC 3261 17) that somebody follows.
//
// ServerTransaction: a request that arrived and is answered statefully: the INVITE that opens a
// dialog, and every request within one. At most one final reply leaves; the second is refused here,
// because Sofia aborts on it. Destroying an unanswered one sends 500 (487 after a CANCEL).
//
// ClientTransaction: a request that we sent. on_final is called exactly once, unless the object is
// destroyed before. Destroying an unfinished INVITE cancels it, and a 2xx that crosses the CANCEL
// is ACKed and ended with BYE by the stack.
//
// Callbacks run on the root's thread. A callback may destroy the transaction or dialog it belongs
// to.

#include <functional>
#include <memory>
#include <string>

#include "sip/message.h"

namespace trunkline::sip {

class ClientCore;
class ServerCore;

/// What may happen to an INVITE after it was handed over. Never called for other methods.
struct ServerInviteEvents {
  /// The peer gave up (CANCEL, answered already); `reason` is the CANCEL's headers. The owner
  /// answers the INVITE with 487 as soon as its entry is written.
  std::function<void(const std::vector<Header>& reason)> cancelled = {};
  /// The ACK to our 2xx arrived; its body is an answer where our 2xx carried the offer.
  std::function<void(const Content& ack)> acknowledged = {};
  /// No PRACK for a reliable provisional answer, for as long as RFC 3262 section 3 lets us wait.
  std::function<void()> unpracked = {};
  /// No ACK within 64*T1 (32 s) of our 2xx (RFC 3261 13.3.1.4): the call should be ended with BYE.
  std::function<void()> unacknowledged = {};
};

class ServerTransaction {
 public:
  explicit ServerTransaction(std::shared_ptr<ServerCore> core);
  ~ServerTransaction();
  ServerTransaction(const ServerTransaction&) = delete;
  ServerTransaction& operator=(const ServerTransaction&) = delete;

  const Request& request() const;
  void on_events(ServerInviteEvents events);

  /// 101 to 199; 100 Trying leaves by itself at once for an INVITE. False after a final reply.
  bool provisional(const Reply& reply);
  /// The same, repeated until its PRACK comes (RFC 3262), which the dialog's on_request then gets;
  /// `unpracked` is told when none does. One at a time. False where the peer does not know 100rel,
  /// one is outstanding, or the final reply has left.
  bool provisional_reliably(const Reply& reply);
  /// The final reply, 200 to 699. False, and nothing is sent, if there was one already (a CANCEL
  /// has been answered 487, say), or a 2xx while a PRACK is outstanding.
  bool answer(Reply reply);
  bool is_answered() const;
  bool is_cancelled() const;

 private:
  std::shared_ptr<ServerCore> core_;  ///< shared with Sofia's callbacks and the dialog
};

struct ClientEvents {
  std::function<void(const Response&)> provisional = {};  ///< 101 to 199
  std::function<void(const Response&)> final = {};
};

class ClientTransaction {
 public:
  explicit ClientTransaction(std::shared_ptr<ClientCore> core);
  ~ClientTransaction();
  ClientTransaction(const ClientTransaction&) = delete;
  ClientTransaction& operator=(const ClientTransaction&) = delete;

  /// INVITE only: CANCEL leaves as soon as a provisional response allows it (RFC 3261 9.1). `final`
  /// is still called: mostly 487, or 2xx if it crossed (then the dialog is confirmed and is the
  /// owner's to end).
  void cancel(const std::vector<Header>& reason = {});
  /// ACK to a 2xx, once. An INVITE that carried an offer is ACKed by itself as soon as `final`
  /// returns; one without waits for this call with the answer. Repeated 2xx repeat the ACK.
  void acknowledge(const Content& content = {});
  /// INVITE only: PRACK for a reliable provisional answer; the stack follows it to its end.
  void prack(std::uint32_t reliable_sequence, Content content = {});
  bool is_finished() const;

 private:
  std::shared_ptr<ClientCore> core_;  ///< shared with Sofia's callbacks and the agent
};

}  // namespace trunkline::sip
