// SPDX-License-Identifier: MIT
#pragma once

// One leg of a call (RFC 3261 12): sends requests within the dialog and receives the peer's. Made
// by Agent::dial, IncomingRequest::open_dialog or Agent::restore. Requests whose CSeq is not higher
// than the last are answered 500 before the owner sees them (RFC 3261 12.2.2).
//
// Destroying a Dialog forgets it without a word to the peer; Agent::hang_up ends it properly.

#include <functional>
#include <memory>
#include <string>

#include "sip/dialog_state.h"
#include "sip/message.h"
#include "sip/transaction.h"

namespace trunkline::sip {

class DialogCore;

class Dialog {
 public:
  /// A request within the dialog: re-INVITE, BYE, OPTIONS, INFO, UPDATE, ... ACK and CANCEL come
  /// through ServerInviteEvents. The owner answers it. Methods nobody knows are answered before.
  using OnRequest = std::function<void(std::unique_ptr<ServerTransaction>)>;

  explicit Dialog(std::shared_ptr<DialogCore> core);
  ~Dialog();
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  void on_request(OnRequest on_request);

  /// The first INVITE of a dialog made by Agent::dial (to the target given there), or a re-INVITE.
  [[nodiscard]] std::unique_ptr<ClientTransaction> invite(const Content& content,
                                                          ClientEvents events);
  /// Any other request within a confirmed dialog. `final` may be empty: then the stack follows it
  /// to its end by itself and the returned pointer is null.
  std::unique_ptr<ClientTransaction> request(Method method, const Content& content,
                                             std::function<void(const Response&)> final);

  const std::string& call_id() const;
  /// Both tags are known: 2xx to INVITE sent or received, and not yet ended by BYE.
  bool is_confirmed() const;
  const Party& remote() const;
  /// Where requests go.
  const Flow& flow() const;
  /// The host of ours in Via and Contact, which this peer reaches.
  const std::string& local_host() const;

  /// Requests go there from now on: the peer has come back by another way.
  void rebind(const Flow& flow);

  /// A value to be kept in the journal; changes with every request and target refresh.
  DialogState state() const;

 private:
  friend class Agent;
  std::shared_ptr<DialogCore> core_;  ///< shared with Sofia's callbacks and open transactions
};

}  // namespace trunkline::sip
